"""What of a local folder belongs to an app: rules of .gitignore, names that can be, files that are files."""

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from contracts.path import path_flaw

_NEVER = frozenset({".git", ".fleet", ".hg", ".svn", "node_modules"})
#: What editors write for the blink of an eye, and what desktops leave about.
_TRANSIENT = re.compile(r".*~|\.#.*|#.*#|\..*\.sw[a-z]|4913|\.DS_Store|.*\.crdownload|___jb_(?:tmp|old)___")


class Folder:
    """One folder, read when asked; what is left out is said once."""

    def __init__(self, root: Path, max_file_bytes: int, say: Callable[[str], None]) -> None:
        self.root = root.resolve()
        self._most, self._say = max_file_bytes, say
        self._rules: dict[Path, GitIgnoreSpec | None] = {}
        self._said: set[str] = set()

    def name(self, local: Path) -> str:
        """Return a local path as the app knows it."""
        return unicodedata.normalize("NFC", local.relative_to(self.root).as_posix())

    def passes_by(self, local: Path) -> bool:
        """Tell, from the name alone, whether a path can never matter; cheap, for it is asked for every change."""
        parts = local.relative_to(self.root).parts
        return not _NEVER.isdisjoint(parts) or bool(parts and _TRANSIENT.fullmatch(parts[-1]))

    def is_ignored(self, local: Path) -> bool:
        """Tell whether a path, or a folder above it, is left out; as in git, nothing below can call it back."""
        if self.passes_by(local):
            return True
        above = [folder for folder in reversed(local.parents) if folder.is_relative_to(self.root)][1:]
        return any(self._is_matched(path, folder=True) for path in above) or self._is_matched(
            local, folder=local.is_dir()
        )

    def forget_rules(self) -> None:
        """Read .gitignore anew from now on."""
        self._rules.clear()

    def files(self, below: Path) -> Iterator[Path]:
        """Yield the files of a folder, or the one file that the path is."""
        if self.is_ignored(below) and below != self.root:
            return
        if not below.is_dir() or below.is_symlink():
            yield below
            return
        for place, folders, names in os.walk(below):
            here = Path(place)
            folders[:] = sorted(name for name in folders if self._enters(here / name))
            yield from (here / name for name in sorted(names) if self._takes(here / name))

    def read(self, local: Path) -> bytes | None:
        """Return a file's bytes, or nothing where it cannot belong to the app."""
        try:
            if reason := self._unfit(local):
                self._leave_out(local, reason)
                return None
            return local.read_bytes()
        except OSError as error:
            if local.exists():
                self._leave_out(local, error.strerror or "cannot be read")
            return None

    def _unfit(self, local: Path) -> str | None:
        if flaw := path_flaw(self.name(local)):
            return flaw
        found = local.lstat()
        if stat.S_ISLNK(found.st_mode):
            return "is a symbolic link"
        if not stat.S_ISREG(found.st_mode):
            return "is no ordinary file"
        if found.st_size > self._most:
            return f"is {found.st_size} bytes, more than the {self._most} that a file may have"
        return None

    def _leave_out(self, local: Path, reason: str) -> None:
        line = f"left out: {self.name(local)} {reason}"
        if line not in self._said:
            self._said.add(line)
            self._say(line)

    def _enters(self, folder: Path) -> bool:
        return not folder.is_symlink() and not self.passes_by(folder) and not self._is_matched(folder, folder=True)

    def _takes(self, file: Path) -> bool:
        return not self.passes_by(file) and not self._is_matched(file, folder=False)

    def _is_matched(self, local: Path, *, folder: bool) -> bool:
        """Ask the nearest .gitignore first: the deepest that has an opinion decides."""
        for place in self._places(local):
            rules = self._rules_of(place)
            verdict = rules.check_file(local.relative_to(place).as_posix() + "/" * folder).include if rules else None
            if verdict is not None:
                return verdict
        return False

    def _places(self, local: Path) -> Iterable[Path]:
        return (place for place in local.parents if place.is_relative_to(self.root))

    def _rules_of(self, place: Path) -> GitIgnoreSpec | None:
        if place not in self._rules:
            try:
                lines = (place / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
                self._rules[place] = GitIgnoreSpec.from_lines(lines)
            except OSError:
                self._rules[place] = None
        return self._rules[place]
