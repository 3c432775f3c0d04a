"""As much of RFC 6455 as it takes to say something and to hear it back: short text frames."""

import base64
import hashlib
import os
from io import BufferedIOBase

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(key: str) -> str:
    """Return what proves that a server understood the key."""
    return base64.b64encode(hashlib.sha1(key.encode() + _MAGIC).digest()).decode()


def frame(text: str, *, masked: bool) -> bytes:
    payload = text.encode()
    mask = os.urandom(4) if masked else b""
    head = bytes((0x81, len(payload) | (0x80 if masked else 0)))
    return head + mask + _unmask(payload, mask)


def read(stream: BufferedIOBase) -> str | None:
    """Return the next text; nothing when the other side has closed."""
    head = stream.read(2)
    if len(head) < 2 or head[0] & 0x0F == 0x8:
        return None
    mask = stream.read(4) if head[1] & 0x80 else b""
    return _unmask(stream.read(head[1] & 0x7F), mask).decode()


def _unmask(payload: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload)) if mask else payload
