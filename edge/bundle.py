"""The packages of an app as its page loads them: where each is, and what comes with it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from edge.graph import Graph


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set of packages by its name; what is known of each, by its specifier."""

    name: str
    specs: Mapping[str, Mapping[str, Any]]

    def addresses(self) -> dict[str, dict[str, object]]:
        """Return where each package is; a style sheet is in the page, and its import brings nothing."""
        return {
            spec: {"url": one["file"] and self._address(one["file"]), "cjs": one["cjs"]}
            for spec, one in self.specs.items()
        }

    def files(self, packages: Collection[str]) -> list[str]:
        """Return where the files of some packages are."""
        found = (self.specs[spec]["file"] for spec in sorted(packages))
        return [self._address(file) for file in found if file]

    def chunks(self, packages: Collection[str] | None = None) -> list[str]:
        """Return where the files are that packages share, which a page would only ask for once it has read others."""
        wanted = self.specs if packages is None else packages
        shared = {file for one in wanted for file in self.specs[one]["chunks"]}
        return [self._address(file) for file in sorted(shared)]

    def sheets(self, graph: Graph) -> list[str]:
        """Return where the style sheets of packages are, in the order in which the packages are imported."""
        targets = [target for deps in graph.deps.values() for target in deps.values() if isinstance(target, dict)]
        files = (file for target in targets if "dep" in target for file in self.specs[target["dep"]]["css"])
        return list(dict.fromkeys(self._address(file) for file in files))

    def _address(self, file: str) -> str:
        return f"/__fleet/deps/{self.name}/{file}"
