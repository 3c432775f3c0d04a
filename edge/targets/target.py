"""What every place is asked that releases are made live at."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal, Protocol, Self

from contracts.release import Manifest
from edge.local.shelf import Canary, Pointer

__all__ = ["Canary", "Content", "Finding", "Pointer", "Reading", "Refused", "Target"]

#: Returns what has a hash.
Content = Callable[[str], bytes]


class Refused(Exception):
    """The place will not have this release, however often it is asked; the text says why."""


@dataclass(frozen=True)
class Finding:
    """What a look has shown: it is as it ought to be, it may become so, or it is wrong; and in words why."""

    verdict: Literal["good", "not yet", "wrong"]
    words: str = ""


GOOD = Finding("good")


@dataclass(frozen=True)
class Reading:
    """How a release has fared `since` its place began to count."""

    since: str
    requests: int = 0
    errors: int = 0
    strikes: int = 0
    left_out: str | None = None

    def text(self) -> str:
        """Write it down, to compare with it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what was written down."""
        return cls(**json.loads(text))


class Target(Protocol):
    """A place. What it does may be repeated without harm."""

    name: str

    def url(self, app_id: str, environment: str) -> str:
        """Return where an app is shown."""

    def script_name(self, app_id: str, manifest: Manifest) -> str | None:
        """Return what a release's server code is called there, where it has some."""

    def publish(self, manifest: Manifest, content: Content) -> None:
        """Bring a release there, beside whatever is shown; what is there already is not asked for."""

    def check(self, environment: str, manifest: Manifest) -> Finding:
        """Look at a release on the way that visitors will take, before any of them does."""

    def point(self, environment: str, app_id: str, pointer: Pointer) -> int:
        """Show a release, unless a later decision has come before; return the number of the one that holds."""

    def shown(self, environment: str, app_id: str, releases: frozenset[str]) -> Finding:
        """Look whether visitors are shown one of these releases."""

    def health(self, environment: str, app_id: str, release_id: str, /) -> Reading | None:
        """Return how a release has fared, if that can be known."""

    def close(self) -> None:
        """Hang up."""
