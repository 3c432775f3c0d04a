"""Where machines share what was resolved and bundled, and what they are told meanwhile."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

#: Told (stage, message) while packages are on their way.
Tell = Callable[[str, str], None]


class Made(NamedTuple):
    """The name of a bundled set, and its manifest."""

    name: str
    manifest: str


class Shelf(Protocol):
    """What was made before, by any machine, and who is at it now."""

    def tree(self, question: bytes) -> str | None:
        """Return how a question was answered."""

    def put_tree(self, question: bytes, tree: str) -> str:
        """Keep an answer, and return the one that all keep to: the first."""

    def bundle(self, key: bytes) -> tuple[str, str] | None:
        """Return the name and the manifest of a bundled set."""

    def put_bundle(self, key: bytes, name: str, manifest: str, files: Mapping[str, bytes]) -> None:
        """Keep a bundled set, for all to see at once."""

    def claim(self, key: bytes, owner: str, seconds: float) -> bool:
        """Take or renew the right to make a bundle."""

    def release(self, key: bytes, owner: str) -> None:
        """Give it back."""
