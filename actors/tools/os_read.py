"""os-read: a file, or some lines of it."""

from actors.tools.files import OneFile, lines, text
from actors.tools.hands import Hands
from actors.tools.tool import Course, Done, Stage, Tool
from contracts.event import Count

_MOST = 200_000
_STAGES = {"reading": 50}


class Arguments(OneFile):
    """Which file, and which of its lines."""

    first_line: Count = 1
    last_line: Count | None = None


class OsRead(Tool[Arguments]):
    """Read a file of the app, or the lines from first_line to last_line."""

    name = "os-read"
    aliases = ("os_read", "os-view", "view_file", "read_file")
    arguments = Arguments
    stages = _STAGES
    at_once = True

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the file: what was written before is read."""
        return frozenset({arguments.file_path})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Read it."""
        path = arguments.file_path
        yield Stage("reading", f"Reading {path}")
        there = lines(text(hands, path))
        first = max(1, arguments.first_line)
        wanted = "".join(there[first - 1 : arguments.last_line])
        return Done(
            {
                "file_path": path,
                "lines": len(there),
                "first_line": first,
                "content": wanted[:_MOST],
                "truncated": len(wanted) > _MOST,
            }
        )
