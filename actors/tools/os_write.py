"""os-write: a file, written or replaced."""

from pydantic import AliasChoices, Field

from actors.tools.files import STAGES, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Stage, Tool
from contracts.event import Model
from contracts.file import FileWritten
from contracts.path import FilePath


class Arguments(Model):
    """Which file, and what is to be in it."""

    file_path: FilePath = Field(validation_alias=AliasChoices("file_path", "path"))
    content: str = Field(repr=False)


class OsWrite(Tool[Arguments]):
    """Write a file of the app: a new one, or all of one that is there."""

    name = "os-write"
    aliases = ("os_write", "write_file")
    arguments = Arguments
    stages = STAGES
    at_once = True
    asks = FileWritten

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the file."""
        return frozenset({arguments.file_path})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it written."""
        path = arguments.file_path
        yield Stage("analyzing", path)
        yield Stage("writing", f"Writing {path}")
        return Asked(written(hands, path=path, content=arguments.content), {"file_path": path})
