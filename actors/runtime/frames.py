"""From an AMQP connection's bytes to its messages. Pure.

What the frames hold is decoded by pika. Its connections would also pass each message through callbacks, events, timers
and context managers, and to a process that has just been woken these cost more than all that we do with the message.
"""

import struct
from collections import deque
from typing import Any, NamedTuple

from pika import frame, spec
from pika.exceptions import AMQPError

_FRAME = struct.Struct(">BHL")
_LENGTH = struct.Struct(">Q")
_DELIVER = struct.pack(">L", spec.Basic.Deliver.INDEX)
#: Where a header says how long the body is, and where its properties begin.
_LENGTH_AT, _PROPERTIES_AT = 4, 12


class Message(NamedTuple):
    """One message, as the broker sent it."""

    method: Any
    properties: Any
    body: bytes


class Frames:
    """Bytes in, in pieces of any size; messages out, and whatever else the broker says."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque()
        self.methods: deque[Any] = deque()
        self._buffer = bytearray()
        self._method: Any = None
        self._properties: Any = None
        self._body: list[bytes] = []
        self._lacking = 0

    def feed(self, data: bytes) -> None:
        """Take what came, and keep the beginning of a frame until its end is there."""
        buffer = self._buffer
        buffer += data
        at = 0
        while at + _FRAME.size < len(buffer):
            kind, _channel, size = _FRAME.unpack_from(buffer, at)
            begin, end = at + _FRAME.size, at + _FRAME.size + size
            if end >= len(buffer):
                break
            if buffer[end] != spec.FRAME_END:
                raise AMQPError("a frame does not end where it says")
            self._take(kind, bytes(buffer[begin:end]))
            at = end + 1
        del buffer[:at]

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == spec.FRAME_BODY:
            self._add(payload)
        elif kind == spec.FRAME_HEADER:
            self._properties = spec.BasicProperties().decode(payload, _PROPERTIES_AT)
            (self._lacking,) = _LENGTH.unpack_from(payload, _LENGTH_AT)
            if not self._lacking:
                self._add(b"")
        elif payload.startswith(_DELIVER):
            self._method = spec.Basic.Deliver().decode(payload, len(_DELIVER))
        elif kind == spec.FRAME_METHOD:
            whole = _FRAME.pack(kind, 0, len(payload)) + payload + bytes([spec.FRAME_END])
            self.methods.append(frame.decode_frame(whole)[1].method)

    def _add(self, part: bytes) -> None:
        self._lacking -= len(part)
        self._body.append(part)
        if self._lacking <= 0:
            self.messages.append(Message(self._method, self._properties, b"".join(self._body)))
            self._body.clear()
