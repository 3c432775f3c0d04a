"""os-delete: a file, gone."""

from pydantic import AliasChoices, Field

from actors.tools.files import STAGES, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Refused, Stage, Tool
from contracts.event import Model
from contracts.file import FileWritten
from contracts.path import FilePath


class Arguments(Model):
    """Which file."""

    file_path: FilePath = Field(validation_alias=AliasChoices("file_path", "path"))


class OsDelete(Tool[Arguments]):
    """Delete a file of the app."""

    name = "os-delete"
    aliases = ("os_delete", "delete_file")
    arguments = Arguments
    stages = STAGES
    at_once = True
    asks = FileWritten

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the file."""
        return frozenset({arguments.file_path})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it deleted."""
        path = arguments.file_path
        yield Stage("analyzing", path)
        if not hands.has(path):
            raise Refused(f"file_path: there is no {path}")
        yield Stage("writing", f"Deleting {path}")
        return Asked(written(hands, path=path, operation="delete"), {"file_path": path})
