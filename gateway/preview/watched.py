"""Which apps' previews are looked at here, and for how long their pages wait for what was changed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actors.runtime.telemetry import Metrics, seconds_since
from edge.memory import Memory

#: Revisions that were told and that no page has acknowledged yet.
_WAITING = 2_000


class Watched:
    """Open pages by app. Only what such a page is told piece by piece is a hot update."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._pages: Counter[str] = Counter()
        self._since: Memory[tuple[str, int], str] = Memory(_WAITING)

    @contextmanager
    def by_one_more(self, app_id: str) -> Iterator[None]:
        """Count a page for as long as it is open."""
        self._pages[app_id] += 1
        self._metrics.previews_active.set(len(self._pages))
        try:
            yield
        finally:
            self._pages[app_id] -= 1
            if not self._pages[app_id]:
                del self._pages[app_id]
            self._metrics.previews_active.set(len(self._pages))

    def told(self, app_id: str, headers: dict[str, Any]) -> None:
        """Note of a revision that comes by since when it is waited for, if anybody here waits."""
        seq, since = headers.get("seq"), headers.get("since")
        if app_id in self._pages and headers.get("kind") == "update" and isinstance(seq, int):
            self._since.put((app_id, seq), str(since))

    def looked_at(self, app_id: str) -> bool:
        """Tell whether somebody looks at an app here."""
        return app_id in self._pages

    def shown(self, app_id: str, revision: int) -> None:
        """Measure how long it took until the first page shows a revision; nothing where that is not known."""
        if (seconds := seconds_since(self._since.get((app_id, revision)))) is not None:
            self._metrics.hot_update_seconds.observe(seconds)
