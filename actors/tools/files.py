"""What the tools that change files have in common."""

import io
from typing import Any, TypeVar

from pydantic import AliasChoices, Field

from actors.tools.hands import Hands, TooLarge
from actors.tools.tool import Refused, Tool
from contracts.event import Model
from contracts.file import FileWritten
from contracts.path import FilePath

#: From the call until an open page shows it.
STAGES = {"analyzing": 10, "writing": 30, "updating_preview": 60, "validating": 80}


class OneFile(Model):
    """Which file."""

    file_path: FilePath = Field(validation_alias=AliasChoices("file_path", "path"))


F = TypeVar("F", bound=OneFile)


class FileTool(Tool[F]):
    """Change one file of the app."""

    stages = STAGES
    at_once = True
    asks = FileWritten

    def touches(self, arguments: F) -> frozenset[str]:
        """Return the file."""
        return frozenset({arguments.file_path})


def written(hands: Hands, **change: Any) -> FileWritten:
    """Return the event that has a file changed, as a part of the call's message."""
    return FileWritten.parse({**change, "message_id": hands.message_id, "tool_index": hands.tool_index})


def text(hands: Hands, path: str) -> str:
    """Return a file that is there, and text."""
    try:
        content = hands.read(path)
    except TooLarge as error:
        raise Refused(str(error)) from None
    if content is None:
        raise Refused(f"file_path: there is no {path}")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused(f"file_path: {path} is not text") from None


def lines(content: str) -> list[str]:
    """Return a text's lines as every editor counts them, each with its end."""
    return io.StringIO(content).readlines()
