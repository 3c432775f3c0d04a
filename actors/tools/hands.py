"""What a tool works with: the app's files as they are, and what it may reach outside."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from edge.egress import Egress
from edge.images import Painter
from sql import tools
from sql.database import Tx

#: A file that is longer is none for an AI to read.
_MOST_BYTES = 1_048_576
_MOST_FILES = 100


class TooLarge(Exception):
    """The file is too large for a tool."""


@dataclass(frozen=True)
class Outside:
    """Ways out of here, made once a process."""

    egress: Egress
    painter: Painter


@dataclass(frozen=True)
class Hands:
    """One call's."""

    app_id: str
    message_id: str
    tool_index: int
    #: The same for each attempt at the call: providers take it to recognise a repeated request.
    key: str
    outside: Outside
    transaction: Callable[[], AbstractContextManager[Tx]]
    #: Does what may not be done twice, and returns its result, which is JSON; or the result from before a crash.
    once: Callable[[str, Callable[[], Any]], Any]

    def read(self, path: str) -> bytes | None:
        """Return a file's content; nothing where there is no such file."""
        with self.transaction() as tx:
            found = tools.text(tx, self.app_id, path, _MOST_BYTES)
        if found is None:
            return None
        size, content = found
        if content is None:
            raise TooLarge(f"{path} has {size} bytes; a tool reads at most {_MOST_BYTES}")
        return content

    def has(self, path: str) -> bool:
        """Tell whether there is a file."""
        with self.transaction() as tx:
            return tools.text(tx, self.app_id, path, -1) is not None

    def containing(self, text: str, pattern: str) -> list[tuple[str, bytes]]:
        """Return files that have some text in them, of those whose path is like this (in SQL's words)."""
        with self.transaction() as tx:
            return tools.containing(
                tx, self.app_id, text.encode(), pattern=pattern, most=_MOST_BYTES, count=_MOST_FILES
            )
