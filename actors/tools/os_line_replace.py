"""os-line-replace: a passage of a file, found exactly once, by another."""

from typing import Self

from pydantic import AliasChoices, Field, model_validator

from actors.tools.files import FileTool, OneFile, lines, text, written
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Refused, Stage
from contracts.errors import BadEvent, Flaw
from contracts.event import Count

_NAMED = 10


class Arguments(OneFile):
    """What is to be replaced in which file, and between which lines where it is there more than once."""

    search: str = Field(min_length=1, repr=False, validation_alias=AliasChoices("search", "old_string", "old_str"))
    replace: str = Field(repr=False, validation_alias=AliasChoices("replace", "new_string", "new_str"))
    first_line: Count | None = Field(None, validation_alias=AliasChoices("first_line", "first_replaced_line"))
    last_line: Count | None = Field(None, validation_alias=AliasChoices("last_line", "last_replaced_line"))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_line == 0 or (self.last_line is not None and self.last_line < (self.first_line or 1)):
            raise BadEvent(Flaw("last_line", "lines count from 1, and the last is not before the first"))
        return self


class OsLineReplace(FileTool[Arguments]):
    """Replace a passage of a file, given exactly as it stands there; it must be there exactly once."""

    name = "os-line-replace"
    aliases = ("os_line_replace", "line_replace", "edit_file")
    arguments = Arguments

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Have it replaced."""
        path = arguments.file_path
        yield Stage("analyzing", path)
        content = text(hands, path)
        where = _place(arguments, content)
        changed = content[:where] + arguments.replace + content[where + len(arguments.search) :]
        line = content.count("\n", 0, where) + 1
        yield Stage("writing", f"Changing {path} at line {line}")
        return Asked(written(hands, path=path, content=changed), {"file_path": path, "line": line})


def _place(arguments: Arguments, content: str) -> int:
    """Return where the passage begins, or say why that cannot be told."""
    there = lines(content)
    begin = sum(map(len, there[: (arguments.first_line or 1) - 1]))
    end = len(content) if arguments.last_line is None else sum(map(len, there[: arguments.last_line]))
    found = _all(content[begin:end], arguments.search)
    if len(found) == 1:
        return begin + found[0]
    narrowed = arguments.first_line or arguments.last_line
    if not found:
        raise Refused(f"search: is not in {arguments.file_path}" + _elsewhere(arguments, content, narrowed))
    named = ", ".join(str(content.count("\n", 0, begin + at) + 1) for at in found[:_NAMED])
    reason = f"search: is in {arguments.file_path} {len(found)} times, beginning in lines {named}"
    raise Refused(f"{reason}; give more of what is around it, or first_line and last_line")


def _elsewhere(arguments: Arguments, content: str, narrowed: int | None) -> str:
    """Say what may help to find it."""
    if narrowed and (found := _all(content, arguments.search)):
        return f" between those lines, but in line {content.count(chr(10), 0, found[0]) + 1}"
    if "\r\n" in content and "\n" in arguments.search:
        return ": its lines end with \\r\\n"
    return ", exactly as given; read the file again"


def _all(content: str, passage: str) -> list[int]:
    """Return every place, also where two overlap."""
    found, at = list[int](), content.find(passage)
    while at >= 0:
        found.append(at)
        at = content.find(passage, at + 1)
    return found
