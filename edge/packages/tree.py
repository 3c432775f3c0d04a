"""A resolved tree of packages: what npm would put where, as the registry has it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FOLDER = "node_modules/"


@dataclass(frozen=True, slots=True)
class Tree:
    """The places of npm's lock file; `legacy`: peers that contradict each other were let be, for npm cannot."""

    packages: Mapping[str, Mapping[str, Any]]
    legacy: bool = False
    conflict: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Tree":
        """Read what `text` wrote."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """Write it down, to be installed again exactly so."""
        return json.dumps({"packages": self.packages, "legacy": self.legacy, "conflict": self.conflict})

    def __len__(self) -> int:
        return len(self.packages) - 1

    def has(self, name: str) -> bool:
        """Whether the app itself can import it."""
        return _FOLDER + name in self.packages

    def unchecked(self) -> str | None:
        """Return a package whose content the registry does not vouch for, if there is one."""
        unvouched = (place for place, one in self.packages.items() if not (one.get("integrity") or one.get("inBundle")))
        return next((_name(place) for place in unvouched if place), None)

    def key(self, bundler: str, specs: Sequence[str]) -> bytes:
        """Return the name of the set: what is where, as the registry vouches for it, and what is made of it.

        The place belongs to it: two apps may have the same two versions of a package, and see another one of them.
        """
        places = sorted(
            (place, one.get("name") or _name(place), one.get("version"), one.get("integrity"))
            for place, one in self.packages.items()
            if place
        )
        return hashlib.sha256(json.dumps([bundler, places, list(specs)]).encode()).digest()


def _name(place: str) -> str:
    return place.rpartition(_FOLDER)[2]
