"""The configuration files of apps as data: read where that is enough, else run in the sandbox, and only once.

What was run is kept on the shelf, for every app that has the same, and for whoever starts anew.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from edge import unit
from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.environment import Mode
from edge.graph import Problem
from edge.memory import Memory
from edge.sandbox import Kind, Overrun, Sandbox

#: What a configuration may load: any text in quotes that names a file of the app.
_QUOTED = re.compile(r"""["'`]([\w@.~/-]{1,200})["'`]""")
_ENDINGS = ("", ".ts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js")
_MOST_FILES, _MOST_CHARACTERS = 50, 500_000

#: The text of a file of the app; nothing where there is none.
TextOf = Callable[[str], str | None]


class Shelf(Protocol):
    """Where what was made is kept."""

    def code(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, str | None]]:
        """Return what was made, of that which is there."""

    def put(self, units: Iterable[unit.Kept]) -> None:
        """Keep what is new."""


class Configs:
    """Thread-safe. What came of a file is remembered by its content and that of all that it may load."""

    def __init__(self, compiler: Compiler, sandbox: Sandbox, mode: Mode = "development") -> None:
        self._compiler, self._sandbox, self.mode = compiler, sandbox, mode
        self._known: Memory[bytes, str] = Memory(500)

    def value(self, kind: Kind, path: str, text_of: TextOf, env: Mapping[str, str], shelf: Shelf) -> Any | Problem:
        """Return what a configuration comes to, or what is wrong with it."""
        texts = closure(path, text_of)
        asked = [self._compiler.version, self.mode, kind, path, texts, sorted(env.items())]
        key = hashlib.sha256(json.dumps(asked).encode()).digest()
        if (known := self._known.get(key)) is None:
            read = self._compiler.config(kind, Source(path, texts[path]), self.mode)
            if isinstance(read, Failure) or read.dynamic is None:
                told = _told(read if isinstance(read, Failure) else read.value)
            elif (kept := shelf.code([key]).get(key)) is not None:
                told = kept[0]
            else:
                found = self._sandbox.evaluate(kind, path, texts, env, self.mode)
                if isinstance(found, Overrun):  # perhaps the machine was busy: another time it may be otherwise
                    return problem(found)
                told = _told(found)
                shelf.put([unit.of_told(key, path, told)])
            known = self._known.put(key, told)
        failed, value = json.loads(known)
        return Problem(**value) if failed else value


def closure(path: str, text_of: TextOf) -> dict[str, str]:
    """Return the texts of a file and of all that it may load, directly or not."""
    found: dict[str, str] = {}
    waiting = [path]
    while waiting and len(found) < _MOST_FILES and sum(map(len, found.values())) < _MOST_CHARACTERS:
        one = waiting.pop()
        text = None if one in found else text_of(one)
        if text is None:
            continue
        found[one] = text
        for quoted in _QUOTED.findall(text):
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(one), quoted.lstrip("/")))
            waiting += [wanted + ending for ending in _ENDINGS]
    return found


def _told(found: Any | Failure) -> str:
    return json.dumps([True, asdict(problem(found))] if isinstance(found, Failure) else [False, found])


def problem(failure: Failure) -> Problem:
    """Return a failure as what keeps a page from being shown."""
    return Problem(failure.file, failure.message, failure.line, failure.column, failure.frame)
