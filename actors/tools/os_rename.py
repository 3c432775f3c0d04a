"""os-rename: a file under another path."""

from pydantic import AliasChoices, Field

from actors.tools.files import FileTool, OneFile, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Refused, Stage
from contracts.path import FilePath


class Arguments(OneFile):
    """From where to where."""

    file_path: FilePath = Field(
        validation_alias=AliasChoices("file_path", "from_path", "original_file_path", "old_path")
    )
    new_path: FilePath = Field(validation_alias=AliasChoices("new_path", "to_path", "new_file_path"))


class OsRename(FileTool[Arguments]):
    """Rename a file of the app, or move it; imports of it are not changed."""

    name = "os-rename"
    aliases = ("os_rename", "rename_file")
    arguments = Arguments

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return both paths."""
        return frozenset({arguments.file_path, arguments.new_path})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it renamed."""
        before, after = arguments.file_path, arguments.new_path
        yield Stage("analyzing", before)
        if not hands.has(before):
            raise Refused(f"file_path: there is no {before}")
        if before != after and hands.has(after):
            raise Refused(f"new_path: there is a {after} already")
        yield Stage("writing", f"Renaming {before} to {after}")
        renamed = written(hands, path=after, from_path=before, operation="rename")
        return Asked(renamed, {"file_path": after, "from_path": before})
