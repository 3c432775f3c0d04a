"""What differs between two states of an app: which paths, and which lines of them. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.tree import File, text

#: Comparing lines takes time that grows with their square: beyond this, a file is only said to differ.
MAX_FILE_BYTES = 100_000
MAX_FILE_LINES = 2_000
MAX_BYTES = 2_000_000

Kind = Literal["added", "deleted", "modified", "renamed"]
Files = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs."""

    path: str
    change: Kind
    before: File
    after: File
    from_path: str | None = None


def changes(before: Files, after: Files) -> list[Change]:
    """Return what became of each path; a file that went and came with the same content was renamed."""
    return sorted(_changes(before, after), key=lambda change: change.path)


def _changes(before: Files, after: Files) -> Iterator[Change]:
    gone = {path: before[path] for path in sorted(before.keys() - after.keys())}
    for path, file in sorted(after.items()):
        if path in before:
            if before[path].sha256 != file.sha256:
                yield Change(path, "modified", before[path], file)
        elif old := next((old for old, was in gone.items() if file.bytes and was.sha256 == file.sha256), None):
            yield Change(path, "renamed", gone.pop(old), file, old)
        else:
            yield Change(path, "added", File(), file)
    for path, file in gone.items():
        yield Change(path, "deleted", file, File())


def comparable(found: list[Change]) -> list[Change]:
    """Return the changes whose lines are compared, as many as there is time for."""
    chosen, room = [], MAX_BYTES
    for change in found:
        sides = (change.before, change.after)
        room_taken = sum(side.bytes for side in sides)
        small = all(side.bytes <= MAX_FILE_BYTES and side.lines <= MAX_FILE_LINES for side in sides)
        if change.change != "renamed" and small and room_taken <= room:
            chosen.append(change)
            room -= room_taken
    return chosen


def unified(change: Change, contents: Mapping[bytes, bytes]) -> str | None:
    """Return the lines that differ, as `diff -u` prints them; nothing for what is no text."""
    before, after = (_text(side, contents) for side in (change.before, change.after))
    if before is None or after is None:
        return None
    names = (
        "/dev/null" if change.change == "added" else f"a/{change.path}",
        "/dev/null" if change.change == "deleted" else f"b/{change.path}",
    )
    return "".join(_ended(line) for line in difflib.unified_diff(_lines(before), _lines(after), *names))


def _text(file: File, contents: Mapping[bytes, bytes]) -> str | None:
    return text(contents[file.sha256]) if file.sha256 else ""


def _lines(written: str) -> list[str]:
    """Return lines with their ends; unlike splitlines, only a newline ends one."""
    parts = written.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
