"""What the tools that change files have in common."""

import io
from typing import Any

from actors.tools.hands import Hands, TooLarge
from actors.tools.tool import Refused
from contracts.file import FileWritten

#: From the call until an open page shows it.
STAGES = {"analyzing": 10, "writing": 30, "updating_preview": 60, "validating": 80}


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
