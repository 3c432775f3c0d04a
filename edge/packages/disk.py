"""What Bundles needs, in a folder that machines share: named by content, and only ever added to.

The folder's file system has to know `flock` and links: a local one does, and NFS from version 4 on.
"""

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from contracts.path import path_flaw
from contracts.settings import Settings

_BUNDLE = re.compile(r"[0-9a-f]{8,64}")


class DiskPackages:
    """Thread-safe, also among machines: what has a name is whole, and never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_settings(cls, settings: Settings) -> "DiskPackages | None":
        """Return the folder that an operator named, if one did."""
        return cls(settings.dependencies_dir) if settings.dependencies_dir else None

    def tree(self, question: bytes) -> str | None:
        """Return how a question was answered."""
        return _read(self._place("trees", question))

    def put_tree(self, question: bytes, tree: str) -> str:
        """Keep an answer, and return the one that all keep to: the first."""
        self._add(self._place("trees", question), tree)
        return self.tree(question) or tree

    def bundle(self, key: bytes) -> tuple[str, str] | None:
        """Return the name and the manifest of a bundled set."""
        found = _read(self._place("sets", key))
        return None if found is None else tuple(json.loads(found))

    def put_bundle(self, key: bytes, name: str, manifest: str, files: Mapping[str, bytes]) -> None:
        """Keep a bundled set; it is named last, when all of its files are there."""
        with self._new() as made:
            for file, content in files.items():
                (made / file).parent.mkdir(parents=True, exist_ok=True)
                (made / file).write_bytes(content)
            place = self._folder / "bundles" / name
            try:
                made.rename(place)
            except OSError:
                if not place.is_dir():  # else another has put it there: a name is a content
                    raise
        self._add(self._place("sets", key), json.dumps([name, manifest]))

    def file(self, name: str, path: str) -> bytes | None:
        """Return one file of a bundled set; both names come from whoever asks."""
        if not _BUNDLE.fullmatch(name) or path_flaw(path):
            return None
        try:
            return (self._folder / "bundles" / name / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def claim(self, key: bytes, owner: str, seconds: float) -> bool:
        """Take or renew the right to make a bundle."""
        place = self._place("claims", key)
        with self._alone() as now:
            held = _read(place)
            holder, until = json.loads(held) if held else (owner, 0)
            if holder != owner and until > now:
                return False
            place.write_text(json.dumps([owner, now + seconds]))
            return True

    def release(self, key: bytes, owner: str) -> None:
        """Give it back."""
        place = self._place("claims", key)
        with self._alone():
            held = _read(place)
            if held and json.loads(held)[0] == owner:
                place.unlink()

    def _place(self, kind: str, key: bytes) -> Path:
        folder = self._folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / key.hex()

    def _add(self, place: Path, text: str) -> None:
        """Put a whole file at a place where there is none."""
        with self._new() as made:
            (made / place.name).write_text(text)
            with suppress(FileExistsError):
                place.hardlink_to(made / place.name)

    @contextmanager
    def _new(self) -> Iterator[Path]:
        """Make what nobody sees, beside the places to which it is moved at once."""
        (self._folder / "bundles").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self._folder, ignore_cleanup_errors=True) as outer:
            (made := Path(outer) / "made").mkdir()
            yield made

    @contextmanager
    def _alone(self) -> Iterator[float]:
        """Do something to claims while nobody else does; the time is the folder's, for machines disagree on it."""
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.utime(lock.fileno())
            yield os.fstat(lock.fileno()).st_mtime


def _read(place: Path) -> str | None:
    try:
        return place.read_text()
    except FileNotFoundError:
        return None
