"""What is remembered of apps by their shape: the names that their files bear, and their aliases."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Generic, TypeVar

from edge.memory import Memory

_MOST_SHAPES, _MOST_NOTES = 200, 20_000

T = TypeVar("T")


class Shapes(Generic[T]):
    """Thread-safe. An edit seldom changes which files there are: then the notes on all other modules still hold."""

    def __init__(self) -> None:
        self._notes: Memory[bytes, dict[str, T]] = Memory(_MOST_SHAPES)

    def notes(self, files: Collection[str], paths: Mapping[str, str]) -> dict[str, T]:
        """Return what was noted of the modules of an app of this shape, by id, to be added to."""
        names = "\0".join([*files, "", *(word for pair in paths.items() for word in pair)])
        key = hashlib.sha256(names.encode(errors="surrogatepass")).digest()
        known = self._notes.get(key)
        if known is None or len(known) > _MOST_NOTES:
            known = self._notes.put(key, {})
        return known
