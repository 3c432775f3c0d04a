"""Keeps open streams: brings each up to date, holds it until one side has had enough, and parts in good order."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from actors.runtime.telemetry import Metrics
from gateway import sse
from gateway.channel import Channel
from gateway.hub import Gone, Hub
from gateway.reader import Era, Reader, Send
from gateway.roster import Roster

_RETRY_MS = 2_000
_SHED_RETRY_MS = 15_000


class KnownEra(Era, Protocol):
    """Knows which history is the present one, as soon as anybody can."""

    async def known(self) -> str:
        """Return the name of this history."""


class Holder:
    """The streams of one hub."""

    def __init__(self, hub: Hub, era: KnownEra, roster: Roster, metrics: Metrics) -> None:
        self._hub, self._era, self._roster, self._metrics = hub, era, roster, metrics

    @property
    def full(self) -> bool:
        """Tell whether nobody more should come in."""
        return self._roster.full

    async def shed(self, send: Send) -> None:
        """Ask a client to come back later, in the one way that EventSource understands."""
        self._metrics.sse_disconnects.labels("shed").inc()
        await send({"type": "http.response.body", "body": sse.retry(_SHED_RETRY_MS)})

    async def hold(
        self, app_id: str, reader: Reader, opening: Callable[[], Awaitable[str]], *, scope: Any, receive: Any
    ) -> None:
        """Keep a stream until it ends, and leave nothing of it behind; what opens it returns its cursor."""
        bucket = self._roster.add(reader)
        channel = None
        try:
            reader.greet(sse.retry(_RETRY_MS))
            channel = await self._attach(app_id, reader, opening)
            await reader.welcome()
            while (await receive())["type"] != "http.disconnect":
                pass
            reader.ended = reader.ended or "client"
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if reader.ended is None or task is None:
                raise
            task.uncancel()
        finally:
            self._roster.remove(bucket, reader)
            if channel is not None:
                self._hub.detach(channel, reader)
            await self._part(reader, scope, receive)

    async def _attach(self, app_id: str, reader: Reader, opening: Callable[[], Awaitable[str]]) -> Channel:
        """Bring the reader up to date: from its cursor, or by telling it to begin anew."""
        await self._era.known()
        cursor = await opening()
        # No await between taking the cursor for one of this history and attaching.
        reader.epoch = self._era.epoch
        start = sse.parse_cursor(cursor, reader.epoch)
        while True:
            try:
                channel, source = await self._hub.attach(app_id, reader, start)
            except Gone as gone:
                self._metrics.sse_resumes.labels("reset").inc()
                await reader.write_now(reader.begin_anew(gone.head))
                start = gone.head
            else:
                if start is not None:
                    self._metrics.sse_resumes.labels(source).inc()
                return channel

    async def _part(self, reader: Reader, scope: Any, receive: Any) -> None:
        """End the response in good order where the client still takes it, and hang up where it does not."""
        reason = reader.ended or "failed"
        self._metrics.sse_disconnects.labels(reason).inc()
        self._metrics.sse_events.labels("out").inc(reader.written)
        polite = reason in {"expired", "drained"} and await reader.close()
        reader.discard()
        hang_up = scope.get("extensions", {}).get("fleet")
        if hang_up is not None and reason != "client" and reader.ended and not polite:
            hang_up["abort"]()
            await receive()  # until the connection is seen to be gone
