"""The bytes of a stream: frames, checkpoints, comments, and the cursor that clients send back. Pure."""

import json
import re
from dataclasses import dataclass

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)

#: The beginning of what is kept, and a cursor that no history of ours has given.
OLDEST = -1
FOREIGN = -2

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CURSOR = re.compile(r"([A-Za-z0-9_-]{1,64})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of an app's story, encoded once for everybody who follows it."""

    seq: int
    kind: str
    message_id: str | None
    encoded: bytes

    @property
    def data(self) -> bytes:
        """Return the JSON that the frame carries."""
        return self.encoded.partition(b"\ndata: ")[2].rstrip(b"\n")


def frame(epoch: str, seq: int, kind: str, message_id: str | None, data: str) -> Frame:
    """Encode a step."""
    return Frame(seq, kind, message_id, event(kind, data, cursor(epoch, seq)))


def event(kind: str, data: str, event_id: str | None = None) -> bytes:
    """Encode one event; whatever the data holds, it stays data."""
    if not _WORD.fullmatch(kind):
        raise ValueError(f"not a kind: {kind!r}")
    lines = "".join(f"data: {line}\n" for line in _LINE_ENDS.split(data))
    return f"{'' if event_id is None else _identity(event_id)}event: {kind}\n{lines}\n".encode()


def checkpoint(event_id: str) -> bytes:
    """Move the client's cursor without telling its page anything."""
    return f"{_identity(event_id)}\n".encode()


def retry(milliseconds: int) -> bytes:
    """Say how long a client waits before it comes back."""
    return b"retry: %d\n\n" % milliseconds


def heartbeat() -> bytes:
    """Return a comment, which keeps proxies from closing the connection."""
    return b":\n\n"


def reset(epoch: str, head: int) -> bytes:
    """Tell that the cursor cannot be honoured: fetch the state anew, then go on from this head."""
    here = cursor(epoch, head)
    return event("reset", json.dumps({"head": here, "seq": head}, separators=(",", ":")), here)


def cursor(epoch: str, seq: int) -> str:
    """Return the id under which a step is sent."""
    return f"{epoch}.{seq}"


def parse_cursor(text: str, epoch: str) -> int | None:
    """Return where to go on: after this number, at the oldest kept, or (None) from now."""
    if not text:
        return None
    if text == "0":
        return OLDEST
    found = _CURSOR.fullmatch(text)
    return int(found[2]) if found and found[1] == epoch else FOREIGN


def _identity(event_id: str) -> str:
    if not _CURSOR.fullmatch(event_id):
        raise ValueError(f"not a cursor: {event_id!r}")
    return f"id: {event_id}\n"
