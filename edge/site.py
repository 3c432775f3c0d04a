"""All pages of an app: what they reach together, and what each of the others is told of itself. Pure.

What is wrong with the app's own page keeps the whole app from being shown; what is wrong with another is shown there.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from edge.bundle import Bundle
from edge.graph import BadImport, Graph, Problem
from edge.packages.wanted import not_named
from edge.page import Page
from edge.resolve import Package


@dataclass
class Site:
    """The graph of the app's own page, and those of its other pages by their names."""

    main: Graph
    others: Mapping[str, tuple[Page, Graph]]
    #: The packages that package.json names: a page that wants another keeps none of the others waiting.
    named: Collection[str]

    @cached_property
    def wrong(self) -> dict[str, Problem]:
        """Return which pages cannot be shown, and why."""
        found = {name: self._problem(graph) for name, (_page, graph) in self.others.items()}
        return {name: problem for name, problem in found.items() if problem is not None}

    @cached_property
    def graph(self) -> Graph:
        """Return what can be shown."""
        return Graph.joined([self.main, *(graph for name, (_, graph) in self.others.items() if name not in self.wrong)])

    def told(self, bundle: Bundle, styled: Collection[str], placed: Callable[[Problem], Problem]) -> dict[str, Any]:
        """Return what pages are told of themselves, where there are several."""
        if not self.others:
            return {}
        pages: dict[str, dict[str, Any]] = {}
        for name, (page, graph) in self.others.items():
            parts = [page.before, page.between, page.after]
            if (problem := self.wrong.get(name)) is not None:
                pages[name] = {"entry": "", "parts": parts, "problem": asdict(placed(problem))}
                continue
            styles = [one for one in graph.styles if one in styled]
            loads = [*bundle.files(graph.packages), *bundle.chunks(graph.packages)]
            about = {"links": bundle.sheets(graph), "loads": loads, "styles": styles}
            pages[name] = {"entry": page.entry, "parts": parts, **about}
        return {"pages": pages, "styles": [one for one in self.main.styles if one in styled]}

    def _problem(self, graph: Graph) -> Problem | None:
        if graph.problems:
            return graph.problems[0]
        names = {spec: Package(spec).name for spec in graph.packages - self.main.packages}
        for name in sorted(set(names.values()) - set(self.named)):
            module_id, spec = graph.importer(name)
            return BadImport(module_id, not_named(name).message, spec=spec)
        return None
