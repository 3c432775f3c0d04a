"""Every name that a module exports, also for others. Pure."""

from collections.abc import Mapping
from typing import Any

#: Modules looked at for `export *`, in all: beyond that an app is no longer told which names are missing.
_MOST_STEPS = 100_000


class Exports:
    """Answers for the modules of one app; each is asked about many times."""

    def __init__(self, exports: Mapping[str, tuple[str, ...] | None], deps: Mapping[str, Mapping[str, Any]]) -> None:
        self._exports, self._deps = exports, deps
        self._known: dict[str, set[str] | None] = {}
        self._steps = 0

    def of(self, module_id: str) -> set[str] | None:
        """Return the names; nothing where one of the modules that they come from cannot be known."""
        if module_id not in self._known:
            self._known[module_id] = self._gather(module_id)
        return self._known[module_id]

    def _gather(self, module_id: str) -> set[str] | None:
        names: set[str] = set()
        seen, waiting = {module_id}, [module_id]
        while waiting:
            one = waiting.pop()
            offered = self._exports.get(one)
            self._steps += 1 + len(offered or ())
            if offered is None or self._steps > _MOST_STEPS:
                return None
            stars = [name[2:] for name in offered if name.startswith("*:")]
            own = (name for name in offered if not name.startswith("*:"))
            names.update(own if one == module_id else (name for name in own if name != "default"))
            for spec in stars:
                target = self._deps.get(one, {}).get(spec)
                if not isinstance(target, str):
                    return None
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return names
