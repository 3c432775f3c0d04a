"""Knows the conventions of apps, and looks again only when a file has changed that it had looked at."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from edge import components, configs
from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.configs import Configs
from edge.conventions import Conventions, Survey
from edge.environment import Mode
from edge.graph import Problem
from edge.memory import Memory
from edge.sandbox import Sandbox

SHEETS = (".css", ".scss", ".sass", ".less")
_TO_COMPILE = SHEETS[1:]


class Texts(Protocol):
    """Where contents are."""

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hash."""


class Shelf(Texts, configs.Shelf, Protocol):
    """Where contents are, and what was made of them before."""


class Surveyor:
    """Thread-safe. What an app's page is made with beside its code, and what that makes of a key."""

    def __init__(self, compiler: Compiler, mode: Mode = "development") -> None:
        self._sandbox = Sandbox()
        self._configs = Configs(compiler, self._sandbox, mode)
        self._outside: Memory[bytes, tuple[components.Block, ...]] = Memory(5_000)
        self._known: Memory[str, tuple[dict[str, bytes | None], Conventions | Problem]] = Memory(1_000)

    def close(self) -> None:
        """End what runs."""
        self._sandbox.close()

    def conventions(self, app_id: str, files: Mapping[str, bytes], shelf: Shelf) -> Conventions | Problem:
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
        found = Survey(self._configs, text_of, shelf).conventions(texts)
        return self._known.put(app_id, (looked_at, found))[1]

    def plain(
        self, source: Source, files: Mapping[str, bytes], shelf: Texts, conventions: Conventions
    ) -> Source | Failure:
        """Return a file as the compiler takes it: Sass and Less as CSS."""
        if source.path.endswith(_TO_COMPILE):
            made = self._css(source, source.path.rpartition(".")[2], files, shelf, conventions)
        elif source.path.endswith(components.ENDINGS):
            made = self._component(source, files, shelf, conventions)
        else:
            return source
        return made if isinstance(made, Failure) else Source(source.path, made)

    def _css(
        self, source: Source, lang: str, files: Mapping[str, bytes], shelf: Texts, conventions: Conventions
    ) -> str | Failure:
        package = components.COMPILERS[lang]
        if package not in conventions.compilers:
            words = f'This is written in {package.title()}, which package.json does not name: add "{package}" to its'
            return _failure(source.path, f"{words} devDependencies")
        sheets = {path: sha256 for path, sha256 in files.items() if path.endswith(SHEETS)}
        contents = shelf.texts(set(sheets.values()))
        texts = {path: contents[sha256].decode(errors="replace") for path, sha256 in sheets.items()}
        options: Any = conventions.styles.get(lang)
        return self._sandbox.preprocess(source.path, source.text, texts, options if isinstance(options, dict) else {})

    def _component(
        self, source: Source, files: Mapping[str, bytes], shelf: Texts, conventions: Conventions
    ) -> str | Failure:
        """Return a component with all that it takes from outside in its place."""
        contents: list[tuple[components.Block, str]] = []
        for block in components.outside(source.text):
            name, content = block.name(source.path), "\n" * block.line + block.content  # told at its line
            if block.src:
                if name not in files:
                    return _failure(source.path, f"<{block.kind} src>: {name} does not exist", block.line + 1)
                content = shelf.texts([files[name]])[files[name]].decode(errors="replace")
            made: str | Failure = content
            if name.endswith(_TO_COMPILE):
                made = self._css(
                    Source(name, content), block.lang or name.rpartition(".")[2], files, shelf, conventions
                )
            if isinstance(made, Failure):
                return made.model_copy(update={"file": source.path}) if made.file == name not in files else made
            contents.append((block, made))
        return components.put_in(source.text, contents) if contents else source.text

    def salt(self, path: str, files: Mapping[str, bytes], shelf: Texts, conventions: Conventions) -> str:
        """Return what other files and the conventions add to the name of what is made of a file."""
        parts: list[object] = []
        if path.endswith(components.ENDINGS) and (taken := self._taken(path, files, shelf)):
            parts.append([sorted((one, files[one].hex()) for one in taken if one in files), sorted(taken)])
        if path.endswith(_TO_COMPILE) or (parts and any(one.endswith(_TO_COMPILE) for one in taken)):
            others = sorted((one, sha256.hex()) for one, sha256 in files.items() if one.endswith(SHEETS))
            parts.append([others, conventions.styles, sorted(conventions.compilers)])
        if conventions.define and not path.endswith((".css", ".json", *_TO_COMPILE)):
            parts.append(conventions.define)
        return _digest(parts) if parts else ""

    def _taken(self, path: str, files: Mapping[str, bytes], shelf: Texts) -> frozenset[str]:
        """Return the files that a component names, and for a block in another language a name with its ending."""
        blocks = self._outside.get(files[path])
        if blocks is None:  # all are read at once, for most are asked about in the same turn
            all_of_them = {files[one] for one in files if one.endswith(components.ENDINGS)}
            new = [one for one in all_of_them if self._outside.get(one) is None]
            found = {one: components.outside(text.decode(errors="replace")) for one, text in shelf.texts(new).items()}
            for one, of_it in found.items():
                self._outside.put(one, of_it)
            blocks = found[files[path]]
        return frozenset(block.name(path) for block in blocks)


def depends_on_others(path: str) -> bool:
    """Tell whether what is made of a file may follow from other files, too."""
    return path.endswith((*_TO_COMPILE, *components.ENDINGS))


def _failure(path: str, message: str, line: int = 1) -> Failure:
    return Failure(file=path, line=line, column=1, message=message, frame="")


def _is_as_before(looked_at: Mapping[str, bytes | None], files: Mapping[str, bytes]) -> bool:
    return all(files.get(path) == sha256 for path, sha256 in looked_at.items())


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
