"""The files of an app as a tree, and what one event's changes make of it.

Pure: the rules of order, and of files against folders, need no database to be read or tested.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contracts.errors import BadEvent, Flaw
from contracts.path import ancestors

#: How many sources a path remembers; those that wrote longest ago are forgotten first.
MAX_SOURCES = 16


@dataclass(frozen=True, slots=True)
class File:
    """What stands at a path; nothing does where there is no hash."""

    sha256: bytes | None = None
    bytes: int = 0
    lines: int = 0


GONE = File()


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a path: also of a deleted one, so that a late event does not bring it back."""

    file: File = GONE
    version: int = 0
    sequences: Mapping[str, int] = field(default_factory=dict)


NOWHERE = Entry()


def text(content: bytes) -> str | None:
    """Return a content as text, if it is one."""
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def lines(content: bytes) -> int:
    """Return the number of lines of a text, the last one with or without its end; none for anything else."""
    written = text(content)
    return written.count("\n") + (not written.endswith("\n")) if written else 0


class Draft:
    """The tree while one event's changes are applied to it, one after the other."""

    def __init__(self, known: Mapping[str, Entry], source: str, sequence: int | None) -> None:
        self.known = known
        self.touched: dict[str, str | None] = {}  # path → where it was renamed from
        self._source = source
        self._sequence = sequence
        self._contents: dict[bytes | None, bytes] = {}
        self._now = {path: entry.file for path, entry in known.items()}

    def now(self, path: str) -> File:
        """Return what stands at a path after the changes so far."""
        return self._now.get(path, GONE)

    def before(self, path: str) -> Entry:
        """Return what was known of a path before the event."""
        return self.known.get(path, NOWHERE)

    def write(self, path: str, content: bytes) -> bool:
        """Let a content stand at a path, and return whether that is a change."""
        file = File(hashlib.sha256(content).digest(), len(content), lines(content))
        self._contents[file.sha256] = content
        return self.put(path, file)

    def put(self, path: str, file: File, from_path: str | None = None) -> bool:
        """Let a file that is kept already stand at a path, or none, and return whether that is a change."""
        if self._late(path):
            return False
        changed = self.now(path).sha256 != file.sha256
        self.touched[path] = from_path
        self._now[path] = file
        return changed

    def rename(self, from_path: str, path: str) -> bool:
        """Move a file over whatever stands at its new path, and return whether that is a change."""
        if self._late(from_path):
            return False
        file = self.now(from_path)
        if file.sha256 is None:
            raise BadEvent(Flaw("from_path", "is not a file of this app"))
        if from_path == path:
            return self.put(path, file)
        self.put(from_path, GONE)
        self.put(path, file, from_path)
        return True

    def changed(self) -> list[str]:
        """Return the paths where the event as a whole makes a difference."""
        return sorted(path for path in self.touched if self.now(path).sha256 != self.before(path).file.sha256)

    def blobs(self) -> dict[bytes, bytes]:
        """Return the contents that came with the event and stand somewhere now, by their hashes in order."""
        hashes = {sha256 for path in self.changed() if (sha256 := self.now(path).sha256) in self._contents and sha256}
        return {sha256: self._contents[sha256] for sha256 in sorted(hashes)}

    def growth(self) -> tuple[int, int]:
        """Return how many files, and how many bytes, the event adds."""
        pairs = [(self.before(path).file, self.now(path)) for path in self.changed()]
        files = sum(bool(new.sha256) - bool(old.sha256) for old, new in pairs)
        return files, sum(new.bytes - old.bytes for old, new in pairs)

    def entry(self, path: str, version: int) -> Entry:
        """Return what is to be remembered of a touched path."""
        was = self.before(path)
        return Entry(
            file=self.now(path),
            version=was.version if self.now(path).sha256 == was.file.sha256 else version,
            sequences=self._remembered(was.sequences),
        )

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Return each new file that stands where a folder does, or under a file, and why it cannot."""
        new = {path for path in self.touched if self.now(path).sha256 and not self.before(path).file.sha256}
        folders = {folder: path for path, file in self._now.items() if file.sha256 for folder in ancestors(path)}
        for path in sorted(new):
            if path in folders:
                yield path, f"is a folder of this app: {folders[path]} stands in it"
            elif above := next((folder for folder in ancestors(path) if self.now(folder).sha256), None):
                yield path, f"cannot be a file in {above}, which is a file itself"

    def _late(self, path: str) -> bool:
        """Tell whether the same source has already said something newer about a path."""
        last = self.before(path).sequences.get(self._source)
        return self._sequence is not None and last is not None and self._sequence <= last

    def _remembered(self, sequences: Mapping[str, int]) -> Mapping[str, int]:
        if self._sequence is None:
            return sequences
        others = {source: sequence for source, sequence in sequences.items() if source != self._source}
        return dict([*others.items(), (self._source, self._sequence)][-MAX_SOURCES:])
