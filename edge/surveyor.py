"""Knows the conventions of apps, and looks again only when a file has changed that it had looked at."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.configs import Configs
from edge.conventions import Conventions, Survey
from edge.graph import Problem
from edge.memory import Memory
from edge.sandbox import Sandbox

SHEETS = (".css", ".scss", ".sass", ".less")
_TO_COMPILE = SHEETS[1:]


class Texts(Protocol):
    """Where contents are."""

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hash."""


class Surveyor:
    """Thread-safe. What an app's page is made with beside its code, and what that makes of a key."""

    def __init__(self, compiler: Compiler) -> None:
        self._sandbox = Sandbox()
        self._configs = Configs(compiler, self._sandbox)
        self._known: Memory[str, tuple[dict[str, bytes | None], Conventions | Problem]] = Memory(1_000)

    def close(self) -> None:
        """End what runs."""
        self._sandbox.close()

    def conventions(self, app_id: str, files: Mapping[str, bytes], shelf: Texts) -> Conventions | Problem:
        """Return what an app says of itself beside its code, or what is wrong with how it says it."""
        known = self._known.get(app_id)
        sheets = {path for path in files if path.endswith(SHEETS)}
        if known is not None and sheets <= known[0].keys() and _is_as_before(known[0], files):
            return known[1]
        looked_at: dict[str, bytes | None] = {}

        def text_of(path: str) -> str | None:
            sha256 = looked_at[path] = files.get(path)
            return None if sha256 is None else shelf.texts([sha256])[sha256].decode(errors="replace")

        texts = {path: text for path in sorted(sheets) if (text := text_of(path)) is not None}
        found = Survey(self._configs, text_of).conventions(texts)
        return self._known.put(app_id, (looked_at, found))[1]

    def plain(
        self, source: Source, files: Mapping[str, bytes], shelf: Texts, conventions: Conventions
    ) -> Source | Failure:
        """Return a file as the compiler takes it: Sass and Less as CSS."""
        if not source.path.endswith(_TO_COMPILE):
            return source
        sheets = {path: sha256 for path, sha256 in files.items() if path.endswith(SHEETS)}
        contents = shelf.texts(set(sheets.values()))
        texts = {path: contents[sha256].decode(errors="replace") for path, sha256 in sheets.items()}
        options: Any = conventions.styles.get(source.path.rpartition(".")[2])
        made = self._sandbox.preprocess(source.path, source.text, texts, options if isinstance(options, dict) else {})
        return made if isinstance(made, Failure) else Source(source.path, made)


def salt(path: str, files: Mapping[str, bytes], conventions: Conventions) -> str:
    """Return what the conventions add to the name of what is made of a file."""
    if depends_on_others(path):
        others = sorted((one, sha256.hex()) for one, sha256 in files.items() if one.endswith(SHEETS))
        return _digest([others, conventions.styles])
    if conventions.define and not path.endswith((".css", ".json")):
        return _digest(conventions.define)
    return ""


def depends_on_others(path: str) -> bool:
    """Tell whether what is made of a file follows from other files, too."""
    return path.endswith(_TO_COMPILE)


def _is_as_before(looked_at: Mapping[str, bytes | None], files: Mapping[str, bytes]) -> bool:
    return all(files.get(path) == sha256 for path, sha256 in looked_at.items())


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
