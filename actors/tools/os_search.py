"""os-search: which lines of the app's files have some text in them."""

import re

from pydantic import AliasChoices, Field

from actors.tools.hands import Hands
from actors.tools.tool import EVERYTHING, Course, Done, Stage, Tool
from contracts.event import Model

_MOST = 200
_LONGEST = 300
_STAGES = {"searching": 50}


class Arguments(Model):
    """What is looked for, and in which files."""

    query: str = Field(min_length=1, max_length=1_000, validation_alias=AliasChoices("query", "text", "pattern"))
    include: str = Field("*", min_length=1, max_length=500, validation_alias=AliasChoices("include", "include_pattern"))


class OsSearch(Tool[Arguments]):
    """Find a text, exactly as given, in the app's files; `include` names some of them, as src/*.tsx does."""

    name = "os-search"
    aliases = ("os_search", "search_files")
    arguments = Arguments
    stages = _STAGES
    at_once = True

    def touches(self, _arguments: Arguments) -> frozenset[str]:
        """Return every file: what was written before is found."""
        return frozenset({EVERYTHING})

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Look for it."""
        query = arguments.query
        yield Stage("searching", f"Searching for {query[:80]}")
        found = [
            {"file_path": path, "line": number, "text": line.strip()[:_LONGEST]}
            for path, content in hands.containing(query.partition("\n")[0], _like(arguments.include))
            for number, line in _lines(content.decode(errors="replace"), query)
        ]
        return Done({"query": query, "matches": found[:_MOST], "count": len(found), "truncated": len(found) > _MOST})


def _lines(content: str, query: str) -> list[tuple[int, str]]:
    """Return the lines that what is looked for begins in."""
    lines, starts = content.split("\n"), list[int]()
    at = content.find(query)
    while at >= 0:
        number = content.count("\n", 0, at)
        if not starts or starts[-1] != number:
            starts.append(number)
        at = content.find(query, at + 1)
    return [(number + 1, lines[number]) for number in starts]


def _like(include: str) -> str:
    """Return a pattern of file names in SQL's words; a star stands for anything, folders too."""
    escaped = re.sub(r"([\\%_])", r"\\\1", include)
    return re.sub(r"\*+/?", "%", escaped)
