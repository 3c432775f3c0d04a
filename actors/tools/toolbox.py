"""Which tools there are: ours, and those that other packages bring under the entry point `overskill.tools`."""

import difflib
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from typing import Any, Self

import structlog

from actors.runtime.telemetry import Metrics
from actors.tools.add_dependency import AddDependency
from actors.tools.alter_table import AlterTable
from actors.tools.create_table import MakeTable
from actors.tools.deploy import Deploy
from actors.tools.fetch_url import FetchUrl
from actors.tools.generate_image import GenerateImage
from actors.tools.hands import Outside
from actors.tools.os_delete import OsDelete
from actors.tools.os_line_replace import OsLineReplace
from actors.tools.os_read import OsRead
from actors.tools.os_rename import OsRename
from actors.tools.os_search import OsSearch
from actors.tools.os_write import OsWrite
from actors.tools.tool import Tool
from contracts import catalog
from contracts.settings import Settings
from edge import images
from edge.egress import Egress

log = structlog.get_logger()

OURS: tuple[type[Tool[Any]], ...] = (
    OsWrite,
    OsLineReplace,
    OsRename,
    OsDelete,
    OsRead,
    OsSearch,
    AddDependency,
    MakeTable,
    AlterTable,
    GenerateImage,
    FetchUrl,
    Deploy,
)
GROUP = "overskill.tools"
_NEAREST = 3


class Toolbox:
    """The tools by every name they have, and what they work with."""

    def __init__(self, tools: Iterable[Tool[Any]], outside: Outside, settings: Settings) -> None:
        self.tools: dict[str, Tool[Any]] = {}
        self.outside, self.preview_url = outside, settings.preview_url
        #: What a tool cannot ask for, as nobody does it.
        self.unheard = catalog.UNHEARD
        self._names: dict[str, Tool[Any]] = {}
        self._metrics: Metrics | None = None
        for tool in tools:
            if tool.name in self._names:
                log.warning("tool_name_taken", tool=tool.name)
                continue
            self.tools[tool.name] = tool
            self._names |= {name: tool for name in (tool.name, *tool.aliases) if name not in self._names}

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return all tools, ours first."""
        egress = Egress.from_settings(settings)
        outside = Outside(egress, images.painter(settings, egress))
        return cls([*(one() for one in OURS), *brought()], outside, settings)

    def find(self, name: str) -> Tool[Any] | None:
        """Return the tool of a name or an alias."""
        return self._names.get(name)

    def nearest(self, name: str) -> tuple[str, ...]:
        """Return the names that are most like one that no tool has."""
        alike = difflib.get_close_matches(name.lower().replace("_", "-"), self._names, n=10, cutoff=0.5)
        return tuple(dict.fromkeys(self._names[one].name for one in alike))[:_NEAREST]

    def measure(self, metrics: Metrics) -> None:
        """Let the calls be counted."""
        self._metrics = metrics

    def ended(self, tool: str, outcome: str, seconds: float) -> None:
        """Count a call; whatever has no tool has one name."""
        if self._metrics is not None:
            known = tool if tool in self.tools else "unknown"
            self._metrics.tool_seconds.labels(known, outcome).observe(seconds)


def brought() -> Iterator[Tool[Any]]:
    """Make the tools of other packages; one that is broken is left out, and said."""
    for point in entry_points(group=GROUP):
        try:
            yield point.load()()
        except Exception:
            log.exception("tool_not_loaded", tool=point.name, package=point.dist and point.dist.name)
