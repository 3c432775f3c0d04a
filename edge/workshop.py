"""Draws an app: from its files to the modules, styles and dependencies that its page loads.

Nothing is compiled twice: what any app has had before is found on the shelf by the key of its content. What is
remembered here only saves the way there, and may be forgotten at any time.
"""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from contracts.settings import Settings
from edge import page, unit
from edge.compiler import Compiler
from edge.compiler_words import Compiled, Failure, Source
from edge.drawing import NOTHING_LOADED, NOTHING_TO_SHOW, Drawing
from edge.graph import Graph, Problem, Routes, Unit
from edge.memory import Memory
from edge.packages.app import AppPackages
from edge.packages.shelf import Shelf as Packages
from edge.packages.shelf import Tell
from edge.resolve import aliases
from edge.stylist import Stylist

_ENV = {"MODE": "development", "DEV": True, "PROD": False, "SSR": False, "BASE_URL": "/"}
_FEW = 4


class Shelf(Protocol):
    """Where contents are, and what was made of them before."""

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hash."""

    def at_hand(self, sha256: bytes) -> bool:
        """Tell whether a content is here already."""

    def facts(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, int]]:
        """Return what is known of units, and how long their code is."""

    def put(self, units: Iterable[unit.Kept]) -> None:
        """Keep new units."""

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
        self._known: Memory[bytes, tuple[Compiled, int]] = Memory(5_000)
        self._texts: Memory[bytes, str] = Memory(200)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Workshop":
        """Start the compiler's children."""
        return cls(Compiler(children=2), settings)

    def close(self) -> None:
        """End them."""
        self._compiler.close()
        self._packages.close()

    def url(self, app_id: str) -> str:
        """Return where the preview is shown."""
        return self._settings.preview_url(app_id)

    def draw(self, app_id: str, files: Mapping[str, bytes], shelf: Shelf, tell: Tell) -> Drawing:
        """Draw an app as its files are now; Snooze: its packages are on their way."""
        began = time.perf_counter()
        html = self._text(files, "index.html", shelf) or page.bare(app_id, files)
        if html is None:
            return Drawing(problem=NOTHING_TO_SHOW)
        around = page.read(html)
        if around.entry is None:
            return Drawing(problem=NOTHING_LOADED)
        graph, known = self._follow(around.entry, files, shelf)
        compiled = time.perf_counter()
        if graph.problems:
            return Drawing(problem=graph.problems[0])
        mentioned = self._mentioned(known, files, shelf)
        sheets = {path: sha256 for path, sha256 in files.items() if path.endswith(".css")}
        styled = self._stylist.style(app_id, graph.styles, known, sheets, shelf=shelf, classes=mentioned)
        if isinstance(styled, Problem):
            return Drawing(problem=styled)
        done = time.perf_counter()
        bundled = self._bundle(app_id, files, graph.packages, shelf, tell)
        if isinstance(bundled, Problem):
            return Drawing(problem=bundled)
        name, specs = bundled[0], json.loads(bundled[1])
        sizes = {self._key(one, files): size for one, (_, size) in known.items()}
        return Drawing(
            modules={
                one: (self._key(one, files), json.dumps(deps))
                for one, deps in graph.deps.items()
                if known[one][0].kind != "css"  # a style sheet's importers do not change with it
            },
            styles={one: shelf.put_text(text.encode()) for one, text in styled.items()},
            page={
                "entry": around.entry,
                "parts": [around.before, around.between, around.after],
                "env": _ENV,
                "deps": _addresses(name, specs),
                "links": _sheets(name, specs, graph),
            },
            sizes=sizes,
            milliseconds={
                "compile": round((compiled - began) * 1000, 2),
                "css": round((done - compiled) * 1000, 2),
                "total": round((time.perf_counter() - began) * 1000, 2),
            },
        )

    def _follow(
        self, entry: str, files: Mapping[str, bytes], shelf: Shelf
    ) -> tuple[Graph, dict[str, tuple[Compiled, int]]]:
        """Walk from the entry, compiling what is met for the first time, wave after wave."""
        known: dict[str, tuple[Compiled, int]] = {}
        problems: dict[str, Problem] = {}
        routes = Routes(files.keys(), self._aliases(files, shelf))
        unknown = {entry}
        while unknown:
            self._learn(unknown, files, shelf, known, problems)
            learnt = [(one, unit.seen_by_graph(known[one][0])) for one in sorted(unknown) if one in known]
            reached = {target for one, made in learnt for target in routes.of(one, made).targets}
            unknown = reached - known.keys() - problems.keys()

        def unit_of(module_id: str) -> Unit | Problem:
            return problems.get(module_id) or unit.seen_by_graph(known[module_id][0])

        return routes.walk(entry, unit_of), known

    def _learn(
        self,
        ids: Collection[str],
        files: Mapping[str, bytes],
        shelf: Shelf,
        known: dict[str, tuple[Compiled, int]],
        problems: dict[str, Problem],
    ) -> None:
        """Find out about modules: from memory, from the shelf, or by compiling them."""
        missing: dict[bytes, str] = {}
        for one in ids:
            if unit.wish(one)[0] not in files:
                problems[one] = Problem(one, f"{one} does not exist")
            elif (found := self._known.get(key := self._key(one, files))) is not None:
                known[one] = found
            else:
                missing[key] = one
        # A few that have just been written are compiled sooner than asked about.
        few = len(missing) <= _FEW and all(shelf.at_hand(files[unit.wish(one)[0]]) for one in missing.values())
        for key, (facts, size) in shelf.facts(missing.keys()).items() if not few else ():
            known[missing.pop(key)] = self._known.put(key, (unit.known(facts), size))
        if missing:
            self._make(missing, files, shelf, known, problems)

    def _make(
        self,
        missing: Mapping[bytes, str],
        files: Mapping[str, bytes],
        shelf: Shelf,
        known: dict[str, tuple[Compiled, int]],
        problems: dict[str, Problem],
    ) -> None:
        contents = shelf.texts({files[unit.wish(one)[0]] for one in missing.values()})
        made: list[unit.Kept] = []
        sources: list[tuple[bytes, str, Source]] = []
        for key, one in missing.items():
            path, wish = unit.wish(one)
            if wish == "address":
                made.append(unit.of_address(key, path, files[path]))
                continue
            text = contents[files[path]].decode(errors="replace")
            if wish == "text":
                made.append(unit.of_text(key, path, text))
            else:
                sources.append((key, one, Source(path, text)))
        answers = self._compiler.compile_many([source for _, _, source in sources])
        for (key, one, _source), answer in zip(sources, answers, strict=True):
            if isinstance(answer, Failure):
                problems[one] = Problem(answer.file, answer.message, answer.line, answer.column, answer.frame)
            else:
                made.append(unit.of_compiled(key, answer))
        shelf.put(made)
        for kept in made:
            known[missing[kept.key]] = self._known.put(kept.key, (unit.known(kept.facts), len(kept.code)))

    def _mentioned(
        self, known: Mapping[str, tuple[Compiled, int]], files: Mapping[str, bytes], shelf: Shelf
    ) -> set[str]:
        """Return every class that the app's page and modules mention."""
        page_only: dict[str, tuple[Compiled, int]] = {}
        if "index.html" in files:
            self._learn([f"index.html?{unit.CLASSES}"], files, shelf, page_only, {})
        mentioned: set[str] = set()
        for compiled, _size in (*known.values(), *page_only.values()):
            mentioned.update(compiled.candidates)
        return mentioned

    def _bundle(
        self, app_id: str, files: Mapping[str, bytes], packages: Collection[str], shelf: Shelf, tell: Tell
    ) -> tuple[str, str] | Problem:
        """Return the name and manifest of the set of packages, bundled by whoever needed it first."""

        def text(path: str) -> str | None:
            return self._text(files, path, shelf)

        return self._packages.bundle(app_id, files, packages, text=text, shelf=shelf.packages, tell=tell)

    def _aliases(self, files: Mapping[str, bytes], shelf: Shelf) -> dict[str, str]:
        configs = ("tsconfig.app.json", "tsconfig.json", "jsconfig.json")
        return aliases({name: self._text(files, name, shelf) or "" for name in configs if name in files})

    def _text(self, files: Mapping[str, bytes], path: str, shelf: Shelf) -> str | None:
        """Return what one of the few files says that every turn looks at."""
        sha256 = files.get(path)
        if sha256 is None:
            return None
        known = self._texts.get(sha256)
        return (
            self._texts.put(sha256, shelf.texts([sha256])[sha256].decode(errors="replace")) if known is None else known
        )

    def _key(self, module_id: str, files: Mapping[str, bytes]) -> bytes:
        return unit.key(module_id, files[unit.wish(module_id)[0]], self._compiler.version)


def _addresses(name: str, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    """Return where each package is; a style sheet is in the page, and its import brings nothing."""
    return {
        spec: {"url": one["file"] and f"/__fleet/deps/{name}/{one['file']}", "cjs": one["cjs"]}
        for spec, one in specs.items()
    }


def _sheets(name: str, specs: Mapping[str, Mapping[str, Any]], graph: Graph) -> list[str]:
    """Return where the style sheets of packages are, in the order in which the packages are imported."""
    targets = [target for deps in graph.deps.values() for target in deps.values() if isinstance(target, dict)]
    files = (file for target in targets if "dep" in target for file in specs[target["dep"]]["css"])
    return list(dict.fromkeys(f"/__fleet/deps/{name}/{file}" for file in files))
