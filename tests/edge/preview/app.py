"""A small app on its way to a page: its files, what they compile to, and the log of what changed."""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from edge import registry
from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source
from edge.graph import Problem, Unit, walk
from edge.resolve import aliases

HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,"></head>
<body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>
"""


class Broken(Exception):
    """The app cannot be shown as it is; the report is what a page is told."""

    def __init__(self, report: dict[str, Any]) -> None:
        super().__init__(report["message"])
        self.report = report


@dataclass(frozen=True, slots=True)
class Built:
    """The app as a page gets it."""

    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    css: dict[str, str] = field(default_factory=dict)


class App:
    """Takes writes, and keeps what they did in a log that streams follow."""

    def __init__(self, compiler: Compiler, packages: dict[str, Any], files: dict[str, str]) -> None:
        self.packages = packages
        self.changed = threading.Condition()
        self.log: list[tuple[int, str, dict[str, Any]]] = []
        self.epoch = secrets.token_hex(3)
        self.n = 1
        self.files = {"index.html": HTML, **files}
        self.failed: dict[str, Any] | None = None
        self._compiler = compiler
        self._compiled: dict[Source, Compiled | Failure] = {}
        self.built = self._build()

    @property
    def rev(self) -> str:
        return f"{self.epoch}.{self.n}"

    def write(self, files: dict[str, str | None]) -> str:
        """Write, or delete what is None; the answer is the revision that the page should come to."""
        for path, text in files.items():
            if text is None:
                del self.files[path]
            else:
                self.files[path] = text
        try:
            built = self._build()
        except Broken as error:
            with self.changed:
                self.failed = {**error.report, "rev": f"{self.epoch}.{self.n + 1}"}
                self.say("failed", self.failed)
            return self.rev
        self._publish(built)
        return self.rev

    def _publish(self, built: Built) -> None:
        before, self.built = self.built, built
        modules = [one for path, one in built.modules.items() if before.modules.get(path) != one]
        css = [{"id": path, "text": text} for path, text in built.css.items() if before.css.get(path) != text]
        there = {*built.modules, *built.css}
        removed = [path for path in [*before.modules, *before.css] if path not in there]
        with self.changed:
            failed, self.failed = self.failed, None
            if failed and not (modules or css or removed):
                self.say("cleared", {})
            if modules or css or removed:
                self.n += 1
                self.say("update", {"rev": self.rev, "modules": modules, "css": css, "removed": removed})

    def say(self, event: str, data: dict[str, Any]) -> None:
        """Add to the log; whoever follows is woken."""
        with self.changed:
            self.log.append((self.n, event, data))
            self.changed.notify_all()

    def _build(self) -> Built:
        units: dict[str, Compiled] = {}

        def unit_of(path: str) -> Unit | Problem:
            compiled = units[path] = self._compile(path)
            style = compiled.kind in {"css", "css-module"}
            if compiled.kind == "css":
                return Unit(style=True)
            return Unit(compiled.imports, compiled.exports, compiled.globs, style)

        graph = walk("src/main.tsx", unit_of, self.files, aliases(self.files))
        if graph.problems:
            problem = graph.problems[0]
            raise Broken({"file": problem.file, "line": 1, "column": 1, "message": problem.message, "frame": None})
        modules = {
            path: {"id": path, "deps": graph.deps[path], "code": compiled.code, "map": compiled.map}
            for path, compiled in units.items()
            if compiled.kind != "css"
        }
        css = {path: units[path].css or self.files[path] for path in graph.styles}
        return Built(modules, css)

    def _compile(self, path: str) -> Compiled:
        source = Source(path, self.files[path])
        if source not in self._compiled:
            (self._compiled[source],) = self._compiler.compile_many([source])
        compiled = self._compiled[source]
        if isinstance(compiled, Failure):
            raise Broken(compiled.model_dump())
        return compiled


def registry_text(built: Built) -> tuple[str, str]:
    """Return app.js and its index map."""
    texts = [(registry.define(one["id"], one["deps"], one["code"] or ""), one["map"]) for one in built.modules.values()]
    return "".join(text for text, _ in texts) + "__fleet.start();\n", registry.joined_map(texts)
