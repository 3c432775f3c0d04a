"""os-delete: a file, gone."""

from actors.tools.files import FileTool, OneFile, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Refused, Stage


class OsDelete(FileTool[OneFile]):
    """Delete a file of the app."""

    name = "os-delete"
    aliases = ("os_delete", "delete_file")
    arguments = OneFile

    def run(self, arguments: OneFile, hands: Hands) -> Course:
        """Have it deleted."""
        path = arguments.file_path
        yield Stage("analyzing", path)
        if not hands.has(path):
            raise Refused(f"file_path: there is no {path}")
        yield Stage("writing", f"Deleting {path}")
        return Asked(written(hands, path=path, operation="delete"), {"file_path": path})
