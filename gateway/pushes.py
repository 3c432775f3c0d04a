"""From the bus into the hub: only what somebody here waits for is looked at."""

import re
from datetime import UTC, datetime
from typing import Any

from actors.runtime.telemetry import Metrics
from gateway import sse
from gateway.hub import Hub
from gateway.reader import Era

_AT = re.compile(rb'"at":"([^"]{1,40})"')


class Pushes:
    """Turns messages of an exchange into frames; those of the story say when they were committed."""

    def __init__(self, hub: Hub, era: Era, metrics: Metrics, *, timed: bool = True) -> None:
        self._hub, self._era, self._metrics, self._timed = hub, era, metrics, timed

    def take(self, app_id: str, headers: dict[str, Any], body: bytes) -> None:
        """Hand one push on; whatever is odd about it, history has the truth."""
        seq, kind, message_id = headers.get("seq"), headers.get("kind"), headers.get("message_id")
        if not isinstance(seq, int) or not isinstance(kind, str) or not self._hub.wants(app_id, seq):
            return
        try:
            frame = sse.frame(self._era.epoch, seq, kind, message_id, body.decode())
        except ValueError:
            return
        self._hub.push(app_id, frame)
        self._metrics.sse_events.labels("in").inc()
        if self._timed and (found := _AT.search(body)):
            self._observe(found[1])

    def _observe(self, at: bytes) -> None:
        try:
            committed = datetime.fromisoformat(at.decode())
        except ValueError:
            return
        if committed.tzinfo is not None:
            self._metrics.sse_delivery_seconds.observe(max(0.0, (datetime.now(UTC) - committed).total_seconds()))
