"""Draws an app: from its files to the modules, styles and dependencies that its page loads.

Nothing is compiled twice: what any app has had before is found on the shelf by the key of its content. What is
remembered here only saves the way there, and may be forgotten at any time.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from contracts.settings import Settings
from edge import configs, frameworks, inlined, limits, page, reading, unit
from edge.bundle import Bundle
from edge.compiler import Compiler
from edge.compiler_words import Source
from edge.conventions import Conventions
from edge.cover import App, Covers, Shelf
from edge.drawing import Drawing, Wrong, refuse, sound
from edge.earlier import Earlier
from edge.graph import BadImport, Graph, Problem
from edge.memory import Memory
from edge.packages import wanted
from edge.packages.app import AppPackages
from edge.packages.shelf import Tell
from edge.packages.wanted import NotNamed
from edge.site import Site
from edge.stylist import Stylist
from edge.surveyor import Surveyor

#: What is imported wherever JSX is written.
_JSX = "react/jsx-dev-runtime"


class Workshop:
    """A compiler, and what it remembers."""

    def __init__(self, compiler: Compiler, settings: Settings) -> None:
        self._compiler, self._settings = compiler, settings
        self._packages = AppPackages(compiler, settings)
        self._stylist = Stylist(compiler)
        self._surveyor = Surveyor(compiler)
        self._reader = reading.Reader(compiler, self._surveyor)
        self._covers = Covers(self._surveyor)
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

    def observe(self, hear: Callable[[str, float], None], ended: Callable[[str], None]) -> None:
        """Let somebody hear what the compiler is asked for, how many seconds each answer takes, and why one ended."""
        self._compiler.observe, self._compiler.restarted = hear, ended

    def url(self, app_id: str) -> str:
        """Return where the preview is shown."""
        return self._settings.preview_url(app_id)

    def remember(self, kept: Mapping[bytes, tuple[str, int]], app_id: str = "", drawing: Drawing | None = None) -> None:
        """Hear what is on the shelf by now, and which drawing it belongs to, if that came to its end."""
        self._reader.remember(kept)
        if drawing is not None and drawing.read is not None:
            self._reader.remember_app(app_id, drawing.read)

    def draw(self, app_id: str, files: Mapping[str, bytes], shelf: Shelf, tell: Tell) -> Drawing:
        """Draw an app as its files are now, up to the first problem; Snooze: its packages are on their way."""
        app = App(app_id, files, shelf, tell)
        try:
            return self._draw(app)
        except Wrong as wrong:
            return Drawing(problem=self._placed(app, wrong.problem))

    def _draw(self, app: App) -> Drawing:
        began = time.perf_counter()
        around, entry, conventions = self._covers.read(app)
        found = self._reader.begin(app.app_id, app.files, app.shelf, conventions)
        others = self._covers.others(app, conventions)
        read = found.follow(entry, *(one.entry for one in others.values() if one.entry))
        compiled = time.perf_counter()
        site = self._site(app, read.graphs, entry, others)
        refuse(next(iter(site.main.problems), None))
        refuse(limits.modules({one: size for one, (_, size) in read.known.items()}))
        classes = found.mentioned(conventions.root + name for name in (page.INDEX, *others))
        styled = self._styles(app, read, site.graph.styles, classes)
        inline = inlined.taken_out(styled)
        app.shelf.put(inline.values())
        done = time.perf_counter()
        bundle = self._bundle(app, site.graph)
        styles = {one: app.shelf.put_text(text.encode()) for one, text in styled.items()}
        return Drawing(
            modules={
                one: (found.key(one), deps)
                for one, deps in site.graph.told.items()
                if read.known[one][0].kind != "css"  # a style sheet's importers do not change with it
            }
            | {one: (kept.key, "{}") for one, kept in inline.items()},
            styles=styles,
            page=_told(around, conventions, bundle, site.main)
            | site.told(bundle, styled, lambda problem: self._placed(app, problem)),
            sizes={found.key(one): size for one, (_, size) in read.known.items()}
            | {styles[one]: len(text) for one, text in styled.items()}
            | {kept.key: len(kept.code) for kept in inline.values()},
            read=read,
            milliseconds={
                "compile": round((compiled - began) * 1000, 2),
                "css": round((done - compiled) * 1000, 2),
                "total": round((time.perf_counter() - began) * 1000, 2),
            },
        )

    def _site(self, app: App, graphs: Mapping[str, Graph], entry: str, others: Mapping[str, page.Page]) -> Site:
        """Put an app's pages together."""
        named = wanted.named(self._covers.text(app, "package.json")) if others else ()
        found = {name: (one, graphs[one.entry]) for name, one in others.items() if one.entry}
        return Site(graphs[entry], found, named)

    def _styles(self, app: App, read: Earlier, sheets: list[str], classes: set[str]) -> dict[str, str]:
        """Make the style sheets that modules import, with the classes that the app mentions."""
        styled = sound(
            self._stylist.style(
                app.app_id,
                sheets,
                read.known,
                {path: sha256 for path, sha256 in app.files.items() if path.endswith(".css")},
                shelf=app.shelf,
                classes=classes,
                setup=read.conventions.tailwind,
            )
        )
        refuse(limits.styles(styled.items()))
        return styled

    def _bundle(self, app: App, graph: Graph) -> Bundle:
        """Return the set of packages, bundled by whoever needed it first."""
        packages = graph.packages
        if _JSX in packages and (words := frameworks.jsx(self._covers.text(app, "package.json"))):
            raise Wrong(Problem("package.json", words))

        def text(path: str) -> str | None:
            return self._covers.text(app, path)

        shelf = app.shelf.packages
        made = self._packages.bundle(app.app_id, app.files, packages, text=text, shelf=shelf, tell=app.tell)
        if isinstance(made, NotNamed):
            module_id, spec = graph.importer(made.package)
            raise Wrong(BadImport(module_id, made.message, spec=spec))
        made = sound(made)
        return Bundle(made[0], self._specs(*made))

    def _placed(self, app: App, problem: Problem) -> Problem:
        """Say where an import stands that leads nowhere."""
        if not isinstance(problem, BadImport):
            return problem
        sha256 = app.files[unit.wish(problem.file)[0]]
        text = app.shelf.texts([sha256])[sha256].decode(errors="replace")
        source = Source(page.shown(problem.file), text)
        return configs.problem(self._compiler.blame(source, problem.spec, problem.message))

    def _specs(self, name: str, manifest: str) -> dict[str, Any]:
        """Return where each package of a bundle is."""
        known = self._manifests.get(name)
        return self._manifests.put(name, json.loads(manifest)) if known is None else known


def _told(around: page.Page, conventions: Conventions, bundle: Bundle, graph: Graph) -> dict[str, Any]:
    """Return what a page is told of itself."""
    return {
        "entry": around.entry,
        "parts": [around.before + page.warnings(conventions.warnings), around.between, around.after],
        "env": conventions.env,
        "deps": bundle.addresses(),
        "links": bundle.sheets(graph),
        "chunks": bundle.chunks(),
        **({"root": conventions.root} if conventions.root else {}),
    }
