"""Resumable fan-out: pushes in, lossy, doubled and in any order; every app's story out, exact and in order.

Pushes are only a hurry: the history is the truth. Whatever is missing is read from it, and an audit of all heads
finds the one loss that nothing else shows, that of a last message.
"""

import asyncio
from typing import Literal

from gateway.channel import Channel, Listener
from gateway.sse import FOREIGN, OLDEST, Frame
from gateway.upkeep import History, Upkeep

Source = Literal["live", "ring", "history"]

_GRACE = 0.02
_AT_ONCE = 200


class Gone(Exception):
    """The cursor cannot be honoured: the client must fetch state and go on from the head."""

    def __init__(self, head: int) -> None:
        super().__init__(f"start anew from {head}")
        self.head = head


class Hub:
    """All channels of one gateway."""

    def __init__(self, history: History, *, grace: float = _GRACE) -> None:
        self._history = history
        self._upkeep = Upkeep(history, grace)
        self._channels: dict[str, Channel] = {}

    # what comes from the bus: never awaits

    def wants(self, app_id: str, seq: int) -> bool:
        """Tell whether a push is news to anybody here."""
        channel = self._channels.get(app_id)
        return channel is not None and not channel.knows(seq)

    def push(self, app_id: str, frame: Frame) -> None:
        """Take what the bus brought."""
        channel = self._channels.get(app_id)
        if channel is not None and channel.take(frame):
            self._upkeep.fill(channel)

    # who listens

    async def attach(self, app_id: str, listener: Listener, start: int | None) -> tuple[Channel, Source]:
        """Bring a listener up to date and let it join; None starts at now."""
        channel = self._channels.get(app_id) or self._create(app_id)
        channel.refs += 1
        try:
            return channel, await self._join(channel, listener, start)
        except BaseException:
            self.detach(channel, listener)
            raise

    def detach(self, channel: Channel, listener: Listener) -> None:
        """Let a listener go; the last one takes the channel along."""
        channel.live.discard(listener)
        channel.refs -= 1
        if channel.refs == 0 and self._channels.get(channel.app_id) is channel:
            del self._channels[channel.app_id]

    # what keeps it true

    async def audit(self) -> None:
        """Compare all heads with the history's, some at a time so that nobody waits long for the loop."""
        app_ids = list(self._channels)
        for first in range(0, len(app_ids), _AT_ONCE):
            await self._audit(app_ids[first : first + _AT_ONCE])

    async def _audit(self, app_ids: list[str]) -> None:
        channels = [channel for app_id in app_ids if (channel := self._channels.get(app_id)) is not None]
        ours = {channel: channel.head for channel in channels if channel.head is not None}
        if not ours:
            return
        theirs = await self._history.heads([channel.app_id for channel in ours])
        for channel, head in ours.items():
            if channel.head is None or channel.refs == 0:
                continue
            if theirs[channel.app_id] < head <= channel.head:
                self._upkeep.rebase(channel)
            elif theirs[channel.app_id] > channel.head:
                self._upkeep.fill(channel, target=theirs[channel.app_id])
            channel.rest()

    def rebase(self) -> None:
        """Start every channel anew: history is another one."""
        for channel in self._channels.values():
            self._upkeep.rebase(channel)

    async def close(self) -> None:
        """End everything that is under way."""
        await self._upkeep.close()

    def __len__(self) -> int:
        return len(self._channels)

    def _create(self, app_id: str) -> Channel:
        channel = self._channels[app_id] = Channel(app_id)
        self._upkeep.open(channel)
        return channel

    async def _join(self, channel: Channel, listener: Listener, start: int | None) -> Source:
        generation = channel.generation
        source: Source = "live"
        head = await self._opened(channel)
        if start == FOREIGN or channel.generation != generation:
            raise Gone(head)
        listener.cursor = head if start is None else max(start, 0)
        if listener.cursor > head:
            await self._catch_up(channel, listener.cursor)
        while not (channel.generation == generation and channel.covers(listener.cursor)):
            source = "history"
            head = await self._opened(channel)
            frames = await self._history.after(channel.app_id, listener.cursor)
            if channel.generation != generation:
                raise Gone(await self._opened(channel))
            if start == OLDEST:  # whatever is oldest, it is what was asked for
                listener.cursor, start = (frames[0].seq - 1 if frames else head), None
            elif not frames or frames[0].seq != listener.cursor + 1:
                raise Gone(channel.head or 0)
            if frames:
                await listener.deliver(frames)
                listener.cursor = frames[-1].seq
        # No await between the last look at the channel and joining it.
        if source == "live" and listener.cursor < (channel.head or 0):
            source = "ring"
        channel.replay(listener)
        return source

    async def _opened(self, channel: Channel) -> int:
        """Wait until the channel has a head, and return it."""
        while channel.head is None:
            assert channel.opening is not None  # noqa: S101 - a channel without a head is being opened
            await asyncio.shield(channel.opening)
        return channel.head

    async def _catch_up(self, channel: Channel, cursor: int) -> None:
        """Decide about a cursor ahead of ours: another replica was faster, or nobody ever gave it."""
        head = await self._upkeep.head(channel)
        if cursor > head:
            raise Gone(head)
        self._upkeep.fill(channel, target=head)
