"""One open stream: what it wants, what waits to be written, and why it ended.

There are ten thousand of these, so an idle one holds no queue, no timer and no task beside its request's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gateway import sse
from gateway.sse import Frame

Reason = Literal["client", "expired", "slow", "drained", "shed", "failed"]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: What may wait for a reader that is slower than its app; coming back costs it nothing. A frame alone may be longer.
MOST_WAITING = 256 * 1024
_LAST_WORDS = 2.0


@dataclass(frozen=True, slots=True)
class Filter:
    """Which steps a client wants to see."""

    kinds: frozenset[str] | None = None
    message_id: str | None = None

    def passes(self, frame: Frame) -> bool:
        """Tell whether a step is wanted."""
        return (self.kinds is None or frame.kind in self.kinds) and (
            self.message_id is None or frame.message_id == self.message_id
        )


class Era(Protocol):
    """Knows which history is the present one."""

    @property
    def epoch(self) -> str:
        """Return its name."""


EVERYTHING = Filter()


class Reader:
    """Writes to one client; knows no more of the hub than that frames come in order."""

    __slots__ = (
        "_era",
        "_filter",
        "_greeting",
        "_pump",
        "_send",
        "_task",
        "_unseen",
        "_waiting",
        "_weight",
        "cursor",
        "ended",
        "epoch",
        "expires",
        "stuck_since",
        "written",
    )

    def __init__(self, send: Send, era: Era, expires: float, wanted: Filter = EVERYTHING) -> None:
        self._send, self._era, self._filter = send, era, wanted
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self._waiting: list[bytes] | None = None
        self._weight = 0
        self._greeting = b""
        self._pump: asyncio.Task[None] | None = None
        self._unseen = False
        self.expires = expires
        self.epoch = era.epoch
        self.cursor = 0
        self.written = 0
        self.ended: Reason | None = None
        self.stuck_since = 0.0

    def greet(self, encoded: bytes) -> None:
        """Put words before the first that is written."""
        self._greeting = encoded

    async def welcome(self) -> None:
        """Write the greeting if nothing else was: whoever has read it misses nothing from then on."""
        if self._greeting:
            await self.write_now(b"")

    def write(self, frame: Frame) -> bool:
        """Take a frame at once; False: this reader is too slow and is being closed."""
        if not self._filter.passes(frame):
            self._unseen = True
            return self.ended is None
        self.written += 1
        self._unseen = False
        return self.put(frame.encoded)

    async def deliver(self, frames: list[Frame]) -> None:
        """Write a page of history as fast as the client takes it."""
        wanted = [frame.encoded for frame in frames if self._filter.passes(frame)]
        self.written += len(wanted)
        if frames and not self._filter.passes(frames[-1]):
            wanted.append(sse.checkpoint(sse.cursor(self.epoch, frames[-1].seq)))
        if wanted:
            await self.write_now(b"".join(wanted))

    def reset(self, head: int) -> None:
        """Tell the client that history is another one."""
        self.put(self.begin_anew(head))

    def begin_anew(self, head: int) -> bytes:
        """Forget what was before, and return the words for it."""
        self.epoch, self.cursor, self._unseen = self._era.epoch, head, False
        return sse.reset(self.epoch, head)

    def beat(self) -> None:
        """Show that the stream lives, and move the cursor past what the filter kept back."""
        self.put(sse.heartbeat() + self._checkpoint())

    def put(self, encoded: bytes) -> bool:
        """Let bytes wait for the client, unless too many do."""
        if self.ended is not None:
            return False
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(encoded)
        self._weight += len(encoded)
        if self._weight > MOST_WAITING and len(self._waiting) > 1:
            self.end("slow")
            return False
        if self._pump is None:
            self._pump = asyncio.create_task(self._write_all())
        return True

    def end(self, reason: Reason) -> None:
        """Wake the request, to end it."""
        if self.ended is None:
            self.ended = reason
            if self._task is not None:
                self._task.cancel()

    async def write_now(self, encoded: bytes) -> None:
        """Write, and wait while the client's window is full; the sweeper looks at how long that takes."""
        encoded, self._greeting = self._greeting + encoded, b""
        self.stuck_since = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": encoded, "more_body": True})
        self.stuck_since = 0.0

    async def close(self) -> bool:
        """Write what is left and end the response; return whether the client took it."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                if self._pump is not None:
                    await self._pump
                await self._send({"type": "http.response.body", "body": self._checkpoint()})
        except TimeoutError:
            return False
        return True

    def discard(self) -> None:
        """Forget whatever waits."""
        if self._pump is not None:
            self._pump.cancel()
        self._task = self._pump = self._waiting = None

    def _checkpoint(self) -> bytes:
        if not self._unseen:
            return b""
        self._unseen = False
        return sse.checkpoint(sse.cursor(self.epoch, self.cursor))

    async def _write_all(self) -> None:
        while self._waiting:
            chunk = b"".join(self._waiting)
            self._waiting, self._weight = None, 0
            await self.write_now(chunk)
        self._pump = None
