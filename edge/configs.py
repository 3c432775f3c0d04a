"""The configuration files of apps as data: read where that is enough, else run in the sandbox, and only once."""

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.graph import Problem
from edge.memory import Memory
from edge.sandbox import Kind, Overrun, Sandbox

#: What a configuration may load: any text in quotes that names a file of the app.
_QUOTED = re.compile(r"""["'`]([\w@.~/-]{1,200})["'`]""")
_ENDINGS = ("", ".ts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js")
_MOST_FILES, _MOST_CHARACTERS = 50, 500_000

#: The text of a file of the app; nothing where there is none.
TextOf = Callable[[str], str | None]


class Configs:
    """Thread-safe. What came of a file is remembered by its content and that of all that it may load."""

    def __init__(self, compiler: Compiler, sandbox: Sandbox) -> None:
        self._compiler, self._sandbox = compiler, sandbox
        self._known: Memory[bytes, str] = Memory(500)

    def value(self, kind: Kind, path: str, text_of: TextOf, env: Mapping[str, str]) -> Any | Problem:
        """Return what a configuration comes to, or what is wrong with it."""
        texts = closure(path, text_of)
        key = hashlib.sha256(json.dumps([kind, path, texts, sorted(env.items())]).encode()).digest()
        if (known := self._known.get(key)) is None:
            found = self._find(kind, path, texts, env)
            if isinstance(found, Overrun):  # perhaps the machine was busy: another time it may be otherwise
                return problem(found)
            told = [True, asdict(problem(found))] if isinstance(found, Failure) else [False, found]
            known = self._known.put(key, json.dumps(told))
        failed, value = json.loads(known)
        return Problem(**value) if failed else value

    def _find(self, kind: Kind, path: str, texts: Mapping[str, str], env: Mapping[str, str]) -> Any | Failure:
        read = self._compiler.config(kind, Source(path, texts[path]))
        if isinstance(read, Failure) or read.dynamic is None:
            return read if isinstance(read, Failure) else read.value
        return self._sandbox.evaluate(kind, path, texts, env)


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


def problem(failure: Failure) -> Problem:
    """Return a failure as what keeps a page from being shown."""
    return Problem(failure.file, failure.message, failure.line, failure.column, failure.frame)
