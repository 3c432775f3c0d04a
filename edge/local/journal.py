"""What the local edge says: one JSON line an event, as all processes of the fleet do."""

import json
from datetime import UTC, datetime
from typing import TextIO


class Journal:
    """Writes log lines to one stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def say(self, event: str, level: str = "info", **details: object) -> None:
        """Write one line."""
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        entry = {"process": "edge", **details, "event": event, "level": level, "timestamp": at}
        print(json.dumps(entry), file=self._stream, flush=True)
