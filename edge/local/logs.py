"""What apps' scripts said lately: so many lines of each, of so many apps; the oldest go first."""

import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

_LINES = 1_000
_APPS = 2_000


@dataclass(frozen=True)
class Line:
    """One thing that a script said, or that happened to it."""

    number: int
    environment: str
    script: str
    at: int
    level: str
    text: str
    request: str


class Logs:
    """Keeps lines in memory, numbered in the order in which they came."""

    def __init__(self) -> None:
        self._apps: OrderedDict[str, deque[Line]] = OrderedDict()
        # Counted on from where nobody was before, so that who follows us needs not know that we began anew.
        self._numbers = count(int(time.time() * 1_000))

    def add(self, app: str, environment: str, script: str, lines: Iterable[dict[str, Any]]) -> None:
        """Take in what was said."""
        kept = self._apps.setdefault(app, deque(maxlen=_LINES))
        self._apps.move_to_end(app)
        for line in lines:
            kept.append(Line(next(self._numbers), environment, script, **line))
        while len(self._apps) > _APPS:
            self._apps.popitem(last=False)

    def read(self, app: str, *, after: int = 0, environment: str = "") -> list[dict[str, Any]]:
        """Return what an app said after a certain line."""
        kept = self._apps.get(app, ())
        return [asdict(line) for line in kept if line.number > after and environment in {"", line.environment}]
