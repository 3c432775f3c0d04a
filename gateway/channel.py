"""One app's place in the hub: its head, its last frames, what came too early, and who listens. Pure."""

import asyncio
from collections import deque
from typing import Protocol

from gateway.sse import Frame

RING = 32
MOST_EARLY = 1_000


class Listener(Protocol):
    """Whoever follows an app."""

    cursor: int

    def write(self, frame: Frame) -> bool:
        """Take a frame at once; False: it cannot keep up and is gone."""

    async def deliver(self, frames: list[Frame]) -> None:
        """Take a page of history, as fast as it can."""

    def reset(self, head: int) -> None:
        """Learn that history is another one, and goes on from this head."""


class Channel:
    """Frames in any order and any number of times in; each once and in order out."""

    __slots__ = (
        "app_id",
        "early",
        "filling",
        "generation",
        "head",
        "live",
        "missed",
        "opening",
        "quiet",
        "refs",
        "ring",
        "target",
    )

    def __init__(self, app_id: str) -> None:
        self.app_id = app_id
        self.head: int | None = None
        self.ring: deque[Frame] | None = None
        self.early: dict[int, Frame] = {}
        self.live: set[Listener] = set()
        self.refs = 0
        self.generation = 0
        self.target = 0
        self.missed = False
        self.quiet = False
        self.opening: asyncio.Task[None] | None = None
        self.filling: asyncio.Task[None] | None = None

    def knows(self, seq: int) -> bool:
        """Tell whether a frame would change nothing."""
        return self.head is not None and seq <= self.head

    def take(self, frame: Frame) -> bool:
        """Pass a frame on, or keep it until its turn; return whether a hole is open."""
        if self.knows(frame.seq):
            return False
        if self.head is None or frame.seq > self.head + 1:
            self._keep(frame)
            return self.head is not None
        self.early.pop(frame.seq, None)
        self._emit(frame)
        while (following := self.early.pop(frame.seq + 1, None)) is not None:
            frame = following
            self._emit(frame)
        return bool(self.early)

    @property
    def lacks(self) -> bool:
        """Tell whether history has, or may have, what did not come by itself."""
        return bool(self.early) or self.missed or (self.head is not None and self.head < self.target)

    def open(self, head: int) -> None:
        """Begin at a head; whoever listens already has known another history."""
        self.head = head
        for listener in self.live:
            listener.cursor = head
            listener.reset(head)
        waiting, self.early = self.early, {}
        for seq in sorted(waiting):
            self.take(waiting[seq])

    def forget(self) -> None:
        """Begin anew: history is another one."""
        self.head, self.ring, self.missed, self.target = None, None, False, 0
        self.early.clear()
        self.generation += 1

    def covers(self, cursor: int) -> bool:
        """Tell whether the last frames reach back to a cursor."""
        return self.head is not None and (cursor >= self.head or bool(self.ring and self.ring[0].seq <= cursor + 1))

    def replay(self, listener: Listener) -> None:
        """Write what a listener lacks and let it join; nothing can come between."""
        for frame in self.ring or ():
            if frame.seq > listener.cursor and not self._write(listener, frame):
                return
        self.live.add(listener)

    def rest(self) -> None:
        """Give up the last frames of an app that has been quiet: thousands of rings are much memory."""
        if self.quiet:
            self.ring = None
        self.quiet = True

    def _keep(self, frame: Frame) -> None:
        if len(self.early) < MOST_EARLY:
            self.early[frame.seq] = frame
        else:
            self.missed = True

    def _emit(self, frame: Frame) -> None:
        self.head, self.quiet = frame.seq, False
        if self.ring is None:
            self.ring = deque(maxlen=RING)
        self.ring.append(frame)
        for listener in tuple(self.live):
            # It may be ahead: it saw this frame at another replica.
            if frame.seq > listener.cursor and not self._write(listener, frame):
                self.live.discard(listener)

    @staticmethod
    def _write(listener: Listener, frame: Frame) -> bool:
        listener.cursor = frame.seq
        return listener.write(frame)
