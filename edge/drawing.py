"""What an app's preview is made of at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from edge.earlier import Earlier
from edge.graph import Problem

NOTHING_TO_SHOW = Problem(
    "index.html", "There is nothing to show yet: the app has no index.html, and no src/main.tsx to begin with either"
)
NOTHING_LOADED = Problem(
    "index.html",
    'index.html loads no module of the app: it needs a <script type="module" src="/src/main.tsx"></script>',
)
YET_TO_BEGIN = (NOTHING_TO_SHOW, NOTHING_LOADED)


T = TypeVar("T")


class Wrong(Exception):
    """There is nothing to show, and this is why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def sound(found: T | Problem) -> T:
    """Return what was found, if that is not a problem."""
    if isinstance(found, Problem):
        raise Wrong(found)
    return found


def refuse(problem: Problem | None) -> None:
    """Go no further where there is a problem."""
    if problem is not None:
        raise Wrong(problem)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Modules by id with the key of their code and what their imports mean, styles in order, and the page around."""

    modules: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    styles: dict[str, bytes] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    sizes: dict[bytes, int] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    problem: Problem | None = None
    #: What the next turn may go on from.
    read: Earlier | None = None

    def weight(self, modules: Iterable[str], styles: Iterable[str]) -> int:
        """Return how many characters it takes to tell these."""
        units = sum(self.sizes.get(self.modules[one][0], 0) for one in modules)
        return units + sum(self.sizes.get(self.styles[one], 0) for one in styles)
