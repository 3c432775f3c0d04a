"""Which of an app's files its page needs, and what each import in them means. Pure.

Only what the entry reaches counts: a broken file that nobody imports breaks nothing.
"""

import json
import posixpath
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from edge import frameworks
from edge.compiler_words import Glob, Import
from edge.exports import Exports
from edge.glob import Globs, TooMuch
from edge.resolve import Local, Missing, Package, Url, resolve

_UNREADABLE = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_MOST_FOUND, _MOST_ALIASES, _MOST_IMPORTS = 20_000, 200, 50_000
_TOO_MANY = f"The app's modules have more than {_MOST_IMPORTS:,} imports in all"
#: What Vite keeps from pages, too: secrets are not imported.
_KEPT_BACK = re.compile(r"\.env(\..*)?|.*\.(crt|pem)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the graph has to know of a compiled file."""

    imports: tuple[Import, ...] = ()
    #: Names, and `*:spec` for all of another; None where nobody can know.
    exports: tuple[str, ...] | None = None
    globs: tuple[Glob, ...] = ()
    style: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the page cannot be shown as it is."""

    file: str
    message: str
    line: int | None = None
    column: int | None = None
    frame: str | None = None

    def __post_init__(self) -> None:
        """Leave out what neither a database nor a person can read: it may quote any file."""
        for name in ("file", "message", "frame"):
            text = getattr(self, name)
            object.__setattr__(self, name, text and _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text))


@dataclass(frozen=True, slots=True)
class BadImport(Problem):
    """An import that leads nowhere, as its module wrote it."""

    spec: str = ""


@dataclass
class Graph:
    """What the entry reaches."""

    deps: dict[str, dict[str, Any]] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def joined(cls, graphs: "Sequence[Graph]") -> "Graph":
        """Return what several pages reach together, in the order of the pages."""
        if len(graphs) == 1:
            return graphs[0]
        return cls(
            deps={one: deps for graph in graphs for one, deps in graph.deps.items()},
            styles=list(dict.fromkeys(one for graph in graphs for one in graph.styles)),
            packages={spec for graph in graphs for spec in graph.packages},
        )

    @cached_property
    def told(self) -> dict[str, str]:
        """Return what imports mean as pages are told it."""
        return {one: json.dumps(deps) for one, deps in self.deps.items()}

    def importer(self, package: str) -> tuple[str, str]:
        """Return which module imports a package first, and as what."""
        for module_id, deps in self.deps.items():
            for spec, target in deps.items():
                if isinstance(target, dict) and "dep" in target and Package(target["dep"]).name == package:
                    return module_id, spec
        raise LookupError(f"nobody imports {package}")


#: What is known of a module id, or why nothing is.
UnitOf = Callable[[str], Unit | Problem]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the imports of one module mean, and where they lead."""

    deps: dict[str, Any] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


#: Meanings of modules by id, as found by somebody for whom every file had the same name.
Notes = dict[str, tuple[Unit, Meaning]]


class Routes:
    """Finds out what imports mean, once for each module of an app."""

    def __init__(self, files: Collection[str], paths: Mapping[str, str], noted: Notes | None = None) -> None:
        self._files, self._paths = files, dict(islice(paths.items(), _MOST_ALIASES))
        self._globs = Globs(files, self._paths)
        self._meanings: dict[str, Meaning] = {}
        self._noted = {} if noted is None else noted
        self._found = self._asked = 0

    def of(self, module_id: str, unit: Unit) -> Meaning:
        """Return what the imports of a module mean."""
        meaning = self._meanings.get(module_id)
        if meaning is None:
            self._asked += len(unit.imports)
            if self._asked > _MOST_IMPORTS:
                return Meaning(problems=[Problem(module_id, _TOO_MANY)])
            noted = self._noted.get(module_id)
            if noted and noted[0] == unit:
                self._noted[module_id] = unit, noted[1]  # to the next who asks, it is the very same
                meaning = noted[1]
            else:
                meaning = self._find_out(module_id, unit)
            self._meanings[module_id] = meaning
        return meaning

    def _find_out(self, module_id: str, unit: Unit) -> Meaning:
        meaning = Meaning()
        try:
            self._expand(module_id, unit, meaning)
        except TooMuch as error:
            meaning.problems.append(Problem(module_id, f"import.meta.glob: {error}"))
        for one in unit.imports:
            if not one.glob:
                self._follow(module_id, one, meaning)
        if not (unit.globs or any(one.glob for one in unit.imports)):  # what those find is counted anew each time
            self._noted[module_id] = unit, meaning
        return meaning

    def walk(self, entry: str, unit_of: UnitOf) -> Graph:
        """Follow every import from the entry on, in the order in which a browser would."""
        graph = Graph()
        known: dict[str, Unit] = {}
        waiting = [entry]
        while waiting:
            module_id = waiting.pop()
            if module_id in known:
                continue
            unit = unit_of(module_id)
            if isinstance(unit, Problem):
                graph.problems.append(unit)
                known[module_id] = Unit()  # whose exports nobody knows
                continue
            known[module_id] = unit
            if unit.style:
                graph.styles.append(module_id)
            meaning = self.of(module_id, unit)
            graph.deps[module_id] = meaning.deps
            graph.packages.update(meaning.packages)
            graph.problems += meaning.problems
            waiting.extend(reversed(meaning.targets))
        graph.problems += _missing_name(graph, known)
        return graph

    def _expand(self, module_id: str, unit: Unit, meaning: Meaning) -> None:
        for glob in unit.globs:
            table = self._table(module_id, glob.patterns)
            meaning.deps[glob.key] = {"glob": table, "eager": glob.options.get("eager") is True}
            meaning.targets.extend(table.values())
        for one in unit.imports:
            if one.glob:
                table = self._table(module_id, [one.spec])
                meaning.deps.update(table)
                meaning.targets.extend(table.values())

    def _table(self, module_id: str, patterns: Collection[str]) -> dict[str, str]:
        table = self._globs.expand(module_id, patterns) if self._found <= _MOST_FOUND else {}
        self._found += len(table)
        if self._found > _MOST_FOUND:
            raise TooMuch(f"the app's patterns find more than {_MOST_FOUND:,} files in all")
        return {name: path for name, path in table.items() if not _kept_back(path)}

    def _follow(self, module_id: str, one: Import, meaning: Meaning) -> None:
        match resolve(module_id, one.spec, self._files, self._paths):
            case Local(target) if _kept_back(target):
                words = f"Cannot import {json.dumps(one.spec)}: such files may hold secrets, and are kept from the page"
                meaning.problems.append(BadImport(module_id, words, spec=one.spec))
            case Local(target) if reason := frameworks.component(one.spec, target):
                meaning.problems.append(BadImport(module_id, reason, spec=one.spec))
            case Local(target):
                meaning.deps[one.spec] = target
                meaning.targets.append(target)
            case Package(spec):
                meaning.deps[one.spec] = {"dep": spec}
                meaning.packages.append(spec)
            case Url(url):
                meaning.deps[one.spec] = {"url": url}
            case Missing(reason):
                words = f"Cannot import {json.dumps(one.spec)}: it {_told(one, reason)}"
                meaning.problems.append(BadImport(module_id, words, spec=one.spec))


def walk(entry: str, unit_of: UnitOf, files: Collection[str], paths: Mapping[str, str]) -> Graph:
    """Follow every import from the entry on."""
    return Routes(files, paths).walk(entry, unit_of)


def _kept_back(target: str) -> bool:
    return _KEPT_BACK.fullmatch(posixpath.basename(target.partition("?")[0])) is not None


def _told(one: Import, reason: str) -> str:
    """Say the reason without naming the specifier twice."""
    return reason.removeprefix(one.spec).strip()


def _missing_name(graph: Graph, known: Mapping[str, Unit]) -> list[Problem]:
    """Find an import of a name that the module does not export: the browser would only say `undefined`."""
    offered = Exports({one: unit.exports for one, unit in known.items()}, graph.deps)
    for module_id, deps in graph.deps.items():
        for one in known[module_id].imports:
            target = deps.get(one.spec)
            if one.dynamic or not isinstance(target, str):
                continue
            exports = offered.of(target)
            for name in one.names if exports is not None else ():
                if name != "*" and exports is not None and name not in exports:
                    message = f"{json.dumps(target)} does not export {json.dumps(name)}"
                    if exports:
                        message += f"; it exports {', '.join(sorted(exports)[:12])}"
                    return [BadImport(module_id, message, spec=one.spec)]
    return []
