"""os-write: a file, written or replaced."""

from pydantic import Field

from actors.tools.files import FileTool, OneFile, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Stage


class Arguments(OneFile):
    """Which file, and what is to be in it."""

    content: str = Field(repr=False)


class OsWrite(FileTool[Arguments]):
    """Write a file of the app: a new one, or all of one that is there."""

    name = "os-write"
    aliases = ("os_write", "write_file")
    arguments = Arguments

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it written."""
        path = arguments.file_path
        yield Stage("analyzing", path)
        yield Stage("writing", f"Writing {path}")
        return Asked(written(hands, path=path, content=arguments.content), {"file_path": path})
