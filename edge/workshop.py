"""Draws an app: from its files to the modules, styles and dependencies that its page loads.

Nothing is compiled twice: what any app has had before is found on the shelf by the key of its content. What is
remembered here only saves the way there, and may be forgotten at any time.
"""

import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from contracts.settings import Settings
from edge import environment, frameworks, limits, page, reading
from edge.compiler import Compiler
from edge.drawing import NOTHING_LOADED, NOTHING_TO_SHOW, Drawing
from edge.graph import Graph, Problem
from edge.memory import Memory
from edge.packages.app import AppPackages
from edge.packages.shelf import Shelf as Packages
from edge.packages.shelf import Tell
from edge.stylist import Stylist
from edge.surveyor import Surveyor

#: What is imported wherever JSX is written.
_JSX = "react/jsx-dev-runtime"


class Shelf(reading.Shelf, Protocol):
    """Where contents are, what was made of them before, and packages."""

    def put_text(self, text: bytes) -> bytes:
        """Keep a text and return its hash."""

    @property
    def packages(self) -> Packages:
        """Return where packages are."""


class Workshop:
    """A compiler, and what it remembers."""

    def __init__(self, compiler: Compiler, settings: Settings) -> None:
        self._compiler, self._settings = compiler, settings
        self._packages = AppPackages(compiler, settings)
        self._stylist = Stylist(compiler)
        self._surveyor = Surveyor(compiler)
        self._reader = reading.Reader(compiler, self._surveyor)
        self._texts: Memory[bytes, str] = Memory(200)
        self._manifests: Memory[str, dict[str, Any]] = Memory(200)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Workshop":
        """Start the compiler's children."""
        return cls(Compiler(children=2), settings)

    def close(self) -> None:
        """End them."""
        self._compiler.close()
        self._packages.close()
        self._surveyor.close()

    def observe(self, hear: Callable[[str, float], None]) -> None:
        """Let somebody hear what the compiler is asked for, and how many seconds each answer takes."""
        self._compiler.observe = hear

    def url(self, app_id: str) -> str:
        """Return where the preview is shown."""
        return self._settings.preview_url(app_id)

    def remember(self, kept: Mapping[bytes, tuple[str, int]], app_id: str = "", drawing: Drawing | None = None) -> None:
        """Hear what is on the shelf by now, and which drawing it belongs to, if that came to its end."""
        self._reader.remember(kept)
        if drawing is not None and drawing.read is not None:
            self._reader.remember_app(app_id, drawing.read)

    def draw(self, app_id: str, files: Mapping[str, bytes], shelf: Shelf, tell: Tell) -> Drawing:
        """Draw an app as its files are now; Snooze: its packages are on their way."""
        began = time.perf_counter()
        conventions = self._surveyor.conventions(app_id, files, shelf)
        root = "" if isinstance(conventions, Problem) else conventions.root
        html = self._text(files, f"{root}index.html", shelf) or page.bare(app_id, files, root)
        if html is None:
            return Drawing(problem=self._instead(files, shelf, NOTHING_TO_SHOW))
        if problem := limits.page(html):
            return Drawing(problem=problem)
        if isinstance(conventions, Problem):
            return Drawing(problem=conventions)
        around = page.read(environment.in_page(html, conventions.env), files, root)
        if around.entry is None:
            return Drawing(problem=self._instead(files, shelf, NOTHING_LOADED))
        found = self._reader.begin(app_id, files, shelf, conventions)
        read = found.follow(around.entry)
        graph, known = read.graph, read.known
        compiled = time.perf_counter()
        lengths = {one: size for one, (_, size) in known.items()}
        if problem := next(iter(graph.problems), None) or limits.modules(lengths):
            return Drawing(problem=problem)
        styled = self._stylist.style(
            app_id,
            graph.styles,
            known,
            {path: sha256 for path, sha256 in files.items() if path.endswith(".css")},
            shelf=shelf,
            classes=found.mentioned(),
            setup=conventions.tailwind,
        )
        if isinstance(styled, Problem):
            return Drawing(problem=styled)
        if problem := limits.styles(styled.items()):
            return Drawing(problem=problem)
        done = time.perf_counter()
        if _JSX in graph.packages and (words := frameworks.jsx(self._text(files, "package.json", shelf))):
            return Drawing(problem=Problem("package.json", words))
        bundled = self._bundle(app_id, files, graph.packages, shelf, tell)
        if isinstance(bundled, Problem):
            return Drawing(problem=bundled)
        name, specs = bundled[0], self._specs(*bundled)
        sizes = {found.key(one): size for one, (_, size) in known.items()}
        return Drawing(
            modules={
                one: (found.key(one), deps)
                for one, deps in graph.told.items()
                if known[one][0].kind != "css"  # a style sheet's importers do not change with it
            },
            styles={one: shelf.put_text(text.encode()) for one, text in styled.items()},
            page={
                "entry": around.entry,
                "parts": [around.before + page.warnings(conventions.warnings), around.between, around.after],
                "env": conventions.env,
                "deps": _addresses(name, specs),
                "links": _sheets(name, specs, graph),
                "chunks": _chunks(name, specs),
                **({"root": root} if root else {}),
            },
            sizes=sizes,
            read=read,
            milliseconds={
                "compile": round((compiled - began) * 1000, 2),
                "css": round((done - compiled) * 1000, 2),
                "total": round((time.perf_counter() - began) * 1000, 2),
            },
        )

    def _bundle(
        self, app_id: str, files: Mapping[str, bytes], packages: Collection[str], shelf: Shelf, tell: Tell
    ) -> tuple[str, str] | Problem:
        """Return the name and manifest of the set of packages, bundled by whoever needed it first."""

        def text(path: str) -> str | None:
            return self._text(files, path, shelf)

        return self._packages.bundle(app_id, files, packages, text=text, shelf=shelf.packages, tell=tell)

    def _specs(self, name: str, manifest: str) -> dict[str, Any]:
        """Return where each package of a bundle is."""
        known = self._manifests.get(name)
        return self._manifests.put(name, json.loads(manifest)) if known is None else known

    def _instead(self, files: Mapping[str, bytes], shelf: Shelf, otherwise: Problem) -> Problem:
        """Say rather what the app is made with, if that is why there is no page."""
        manifest = self._text(files, "package.json", shelf)
        if words := frameworks.other(manifest):
            return Problem("package.json", words)
        if otherwise is NOTHING_TO_SHOW and (words := page.elsewhere(files)):
            return Problem("index.html", words)
        words = frameworks.server(manifest)
        return Problem("package.json", words) if words else otherwise

    def _text(self, files: Mapping[str, bytes], path: str, shelf: Shelf) -> str | None:
        """Return what one of the few files says that every turn looks at."""
        sha256 = files.get(path)
        if sha256 is None:
            return None
        known = self._texts.get(sha256)
        return (
            self._texts.put(sha256, shelf.texts([sha256])[sha256].decode(errors="replace")) if known is None else known
        )


def _addresses(name: str, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    """Return where each package is; a style sheet is in the page, and its import brings nothing."""
    return {
        spec: {"url": one["file"] and f"/__fleet/deps/{name}/{one['file']}", "cjs": one["cjs"]}
        for spec, one in specs.items()
    }


def _chunks(name: str, specs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return where the files are that packages share, which a page would only ask for once it has read the others."""
    return [
        f"/__fleet/deps/{name}/{file}" for file in sorted({file for one in specs.values() for file in one["chunks"]})
    ]


def _sheets(name: str, specs: Mapping[str, Mapping[str, Any]], graph: Graph) -> list[str]:
    """Return where the style sheets of packages are, in the order in which the packages are imported."""
    targets = [target for deps in graph.deps.values() for target in deps.values() if isinstance(target, dict)]
    files = (file for target in targets if "dep" in target for file in specs[target["dep"]]["css"])
    return list(dict.fromkeys(f"/__fleet/deps/{name}/{file}" for file in files))
