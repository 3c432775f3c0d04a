"""How much of a worker's time one app may have: so many seconds within a minute, and what it takes beyond is owed."""

import math
import threading
import time
from collections.abc import Callable

_PERIOD = 60.0
#: Of so many apps at most something is known that no longer matters.
_SWEPT_FROM = 1_000


class Share:
    """Thread-safe. All that is kept of an app is until when its work lasts, had it been given out evenly."""

    def __init__(self, seconds: float = math.inf, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._until: dict[str, float] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def spend(self, app_id: str, seconds: float) -> None:
        """Count time that was spent on an app."""
        now = self._clock()
        with self._lock:
            self._until[app_id] = max(now, self._until.get(app_id, now)) + seconds * _PERIOD / self.seconds
            if len(self._until) > _SWEPT_FROM:
                self._until = {one: until for one, until in self._until.items() if until > now}
                self._told &= self._until.keys()

    def owed(self, app_id: str) -> float:
        """Return for how many seconds others come first."""
        with self._lock:
            ahead = self._until.get(app_id, 0.0) - self._clock()
            if ahead <= 0:
                self._told.discard(app_id)
            return max(0.0, ahead - _PERIOD)

    def is_news(self, app_id: str) -> bool:
        """Tell whether an app that owes something has not been told since it last owed nothing at all."""
        with self._lock:
            news = app_id not in self._told
            self._told.add(app_id)
            return news
