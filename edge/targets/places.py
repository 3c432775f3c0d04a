"""The places that releases can be made live at here, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.settings import Settings
from edge.targets.local import LocalTarget
from edge.targets.target import Refused, Target

Makers = Mapping[str, Callable[[Settings], Target]]

MAKERS: Makers = {"local": LocalTarget}


@dataclass
class Places:
    """Made when first asked for."""

    settings: Settings
    makers: Makers = field(default_factory=lambda: MAKERS)
    _made: dict[str, Target] = field(default_factory=dict)

    def named(self, name: str) -> Target:
        """Return a place, or refuse in words what is not one here."""
        if name not in self._made:
            make = self.makers.get(name)
            if make is None:
                raise Refused(f"there is no target {name} here, but {', '.join(self.makers)}")
            self._made[name] = make(self.settings)
        return self._made[name]

    def close(self) -> None:
        """Hang up everywhere."""
        for place in self._made.values():
            place.close()
