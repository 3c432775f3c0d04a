"""A shelf that is nothing but memory, for those who need no database."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from edge.unit import Kept


class MemoryPackages:
    """What was resolved before."""

    def __init__(self) -> None:
        self.trees: dict[bytes, str] = {}

    def tree(self, question: bytes) -> str | None:
        """Return how a question was answered."""
        return self.trees.get(question)

    def put_tree(self, question: bytes, tree: str) -> str:
        """Keep an answer, and return the one that all keep to: the first."""
        return self.trees.setdefault(question, tree)

    def bundle(self, _key: bytes) -> tuple[str, str] | None:
        """Return nothing: builds bundle packages themselves."""
        return None

    def put_bundle(self, key: bytes, name: str, manifest: str, files: Mapping[str, bytes]) -> None:
        """Never happen."""
        raise NotImplementedError

    def claim(self, _key: bytes, _owner: str, _seconds: float) -> bool:
        """Take the right to make a bundle."""
        return True

    def release(self, _key: bytes, _owner: str) -> None:
        """Give it back."""


class MemoryShelf:
    """The contents of an app, and what is put beside them."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self.files = {path: sha256(text).digest() for path, text in texts.items()}
        self.contents = {self.files[path]: text for path, text in texts.items()}
        self.units: dict[bytes, Kept] = {}
        self.packages = MemoryPackages()

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hash."""
        return {one: self.contents[one] for one in hashes}

    def at_hand(self, sha256: bytes) -> bool:
        """Tell whether a content is here already."""
        return sha256 in self.contents

    def facts(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, int]]:
        """Return what is known of units, and how long their code is."""
        return {one: (self.units[one].facts, len(self.units[one].code)) for one in keys if one in self.units}

    def code(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, str | None]]:
        """Return what was made, of that which is there."""
        return {one: (self.units[one].code, self.units[one].map) for one in keys if one in self.units}

    def put(self, units: Iterable[Kept]) -> None:
        """Keep what is new."""
        self.units.update((unit.key, unit) for unit in units)

    def put_text(self, text: bytes) -> bytes:
        """Keep a text and return its hash."""
        name = sha256(text).digest()
        self.contents[name] = text
        return name
