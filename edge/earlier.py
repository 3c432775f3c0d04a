"""An app as it was last read: most edits change what a module does, and neither imports nor exports. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge import unit
from edge.compiler_words import Compiled
from edge.conventions import Conventions
from edge.graph import Graph
from edge.surveyor import depends_on_others


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was found from an app's entries on, and from which files."""

    files: Mapping[str, bytes]
    conventions: Conventions
    #: The modules that were met, with the length of their code, and what names each.
    known: Mapping[str, tuple[Compiled, int]]
    keys: Mapping[str, bytes]
    #: By entry; the first is the app's own, the others are those of its other pages.
    graphs: Mapping[str, Graph]

    def edited(self, entries: list[str], files: Mapping[str, bytes], conventions: Conventions) -> set[str] | None:
        """Return the modules that have to be read again; nothing where more than they may have changed."""
        alike = self.conventions is conventions and self.files.keys() == files.keys()
        if not alike or list(self.graphs) != entries or any(graph.problems for graph in self.graphs.values()):
            return None
        changed = {path for path, sha256 in files.items() if self.files[path] != sha256}
        paths = {one: unit.wish(one)[0] for one in self.known}
        return {one for one, path in paths.items() if path in changed or depends_on_others(path)}
