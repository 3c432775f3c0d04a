"""Which of an app's files its page needs, and what each import in them means. Pure.

Only what the entry reaches counts: a broken file that nobody imports breaks nothing.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.compiler_words import Glob, Import
from edge.glob import expand
from edge.resolve import Local, Missing, Package, Url, resolve


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


@dataclass
class Graph:
    """What the entry reaches."""

    deps: dict[str, dict[str, Any]] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


#: What is known of a module id, or why nothing is.
UnitOf = Callable[[str], Unit | Problem]


def walk(entry: str, unit_of: UnitOf, files: Collection[str], paths: Mapping[str, str]) -> Graph:
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
        deps, found = _meanings(module_id, unit, files, paths, graph)
        graph.deps[module_id] = deps
        waiting.extend(reversed(found))
    _check_names(graph, known)
    return graph


def _meanings(
    module_id: str, unit: Unit, files: Collection[str], paths: Mapping[str, str], graph: Graph
) -> tuple[dict[str, Any], list[str]]:
    """Return what each import of a module means, and which modules that leads to."""
    deps: dict[str, Any] = {}
    found: list[str] = []
    for glob in unit.globs:
        table = expand(module_id, glob.patterns, files, paths)
        deps[glob.key] = {"glob": table, "eager": glob.options.get("eager") is True}
        found += table.values()
    for one in unit.imports:
        if one.glob:
            table = expand(module_id, [one.spec], files, paths)
            deps |= table
            found += table.values()
            continue
        match resolve(module_id, one.spec, files, paths):
            case Local(target):
                deps[one.spec] = target
                found.append(target)
            case Package(spec):
                deps[one.spec] = {"dep": spec}
                graph.packages.add(spec)
            case Url(url):
                deps[one.spec] = {"url": url}
            case Missing(reason):
                graph.problems.append(
                    Problem(module_id, f"Cannot import {json.dumps(one.spec)}: it {_told(one, reason)}")
                )
    return deps, found


def _told(one: Import, reason: str) -> str:
    """Say the reason without naming the specifier twice."""
    return reason.removeprefix(one.spec).strip()


def _check_names(graph: Graph, known: Mapping[str, Unit]) -> None:
    """Find imports of names that the module does not export: the browser would only say `undefined`."""
    for module_id, deps in graph.deps.items():
        for one in known[module_id].imports:
            target = deps.get(one.spec)
            if one.dynamic or not isinstance(target, str):
                continue
            exports = _exports(target, graph, known, set())
            for name in one.names if exports is not None else ():
                if name != "*" and exports is not None and name not in exports:
                    message = f"{json.dumps(target)} does not export {json.dumps(name)}"
                    if exports:
                        message += f"; it exports {', '.join(sorted(exports)[:12])}"
                    graph.problems.append(Problem(module_id, message))


def _exports(module_id: str, graph: Graph, known: Mapping[str, Unit], seen: set[str]) -> set[str] | None:
    """Return every name that a module exports, also for another; nothing where one of them cannot be known."""
    if module_id in seen:
        return set()
    seen.add(module_id)
    unit = known.get(module_id)
    if unit is None or unit.exports is None:
        return None
    names = {name for name in unit.exports if not name.startswith("*:")}
    for name in unit.exports:
        if name.startswith("*:"):
            target = graph.deps.get(module_id, {}).get(name[2:])
            more = _exports(target, graph, known, seen) if isinstance(target, str) else None
            if more is None:
                return None
            names |= more - {"default"}
    return names
