"""Keeps channels true to their history: opened at its head, holes closed, begun anew when it is another."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Protocol

import structlog

from gateway.channel import Channel
from gateway.sse import Frame

log = structlog.get_logger()


class History(Protocol):
    """Where the truth is; it waits while the database is away."""

    async def after(self, app_id: str, seq: int) -> list[Frame]:
        """Return a page of an app's story behind a number."""

    async def heads(self, app_ids: Collection[str]) -> dict[str, int]:
        """Return each app's newest number."""


class Upkeep:
    """Reads for channels what pushes did not bring."""

    def __init__(self, history: History, grace: float) -> None:
        self._history, self._grace = history, grace
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, channel: Channel) -> None:
        """Begin to look for a channel's head; pushes are kept meanwhile."""
        channel.opening = self._spawn(self._open(channel))

    def fill(self, channel: Channel, target: int = 0) -> None:
        """Close a hole, or reach a head that is known to exist."""
        channel.target = max(channel.target, target)
        if channel.filling is None:
            channel.filling = self._spawn(self._filling(channel))

    def rebase(self, channel: Channel) -> None:
        """Begin a channel anew, and reset whoever listens."""
        channel.forget()
        channel.filling = None
        self.open(channel)

    async def head(self, channel: Channel) -> int:
        """Return how far an app's history goes."""
        return (await self._history.heads([channel.app_id]))[channel.app_id]

    async def close(self) -> None:
        """End everything that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _filling(self, channel: Channel) -> None:
        """Read on from the head until nothing is lacking."""
        generation = channel.generation
        if not channel.target:  # most holes are messages that overtook each other, and close by themselves
            await asyncio.sleep(self._grace)
        try:
            while channel.generation == generation and channel.refs and channel.lacks:
                await self._read_on(channel, channel.head or 0)
        finally:
            if channel.generation == generation:
                channel.filling, channel.target = None, 0

    async def _read_on(self, channel: Channel, head: int) -> None:
        """Take one page behind the head."""
        missed, channel.missed = channel.missed, False
        claimed, target, generation = tuple(channel.early), channel.target, channel.generation
        frames = await self._history.after(channel.app_id, head)
        if channel.generation != generation or channel.head is None:
            return
        if (frames[0].seq if frames else target + 1) > channel.head + 1:
            self.rebase(channel)  # what listeners lack is no longer kept
            return
        for frame in frames:
            channel.take(frame)
        channel.missed |= missed and bool(frames)  # only the end of history shows that nothing is missing
        if not frames:  # steps are pushed after their commit: what history lacks never was
            for seq in claimed:
                channel.early.pop(seq, None)

    async def _open(self, channel: Channel) -> None:
        """Read the head and splice to it what has been pushed meanwhile."""
        generation = channel.generation
        head = await self.head(channel)
        if channel.generation != generation:
            return
        channel.open(head)
        channel.opening = None
        if channel.lacks:
            self.fill(channel)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("history_not_read", exc_info=error)
