"""How much an app's pages may report: a few at once, then a few a minute, and each thing by its count."""

import time
from collections.abc import Callable, Hashable

from edge.memory import Memory

_AT_ONCE, _A_MINUTE = 10, 10
_APPS, _REPORTS = 2_000, 10_000
#: Repeated reports are told of at these counts, and in between only counted.
_WORTH_TELLING = frozenset({1, 10, 100, 1_000, 10_000})


class Throttle:
    """Counts reports, and lets through what is worth telling."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._allowances: Memory[str, tuple[float, float]] = Memory(_APPS)
        self._counts: Memory[Hashable, int] = Memory(_REPORTS)

    def admits(self, app_id: str) -> bool:
        """Tell whether an app's pages may report something now, and count it."""
        now = self._clock()
        left, since = self._allowances.get(app_id) or (_AT_ONCE, now)
        left = min(_AT_ONCE, left + (now - since) * _A_MINUTE / 60)
        self._allowances.put(app_id, (left - 1 if left >= 1 else left, now))
        return left >= 1

    def count(self, report: Hashable) -> int | None:
        """Return how often something has been reported, when that is worth telling."""
        count = self._counts.put(report, (self._counts.get(report) or 0) + 1)
        return count if count in _WORTH_TELLING else None
