"""`GET /v1/apps/{app}/events`: the resumable stream, as a bare ASGI route.

A browser's EventSource gives up for ever on any answer but 200, so whoever is merely unlucky gets a 200 and the
request to come back later; only what waiting cannot mend is an error.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from actors.runtime.telemetry import Metrics
from contracts.app import app_id_flaw
from contracts.catalog import KINDS
from contracts.errors import BadEvent, Flaw
from gateway import sse
from gateway.channel import Channel
from gateway.guard import Guard, header
from gateway.history import PostgresHistory
from gateway.hub import Gone, Hub
from gateway.problem import Problem, unprocessable
from gateway.reader import EVERYTHING, Filter, Reader, Send
from gateway.roster import Roster

_RETRY_MS = 2_000
_SHED_RETRY_MS = 15_000

Describe = Callable[[str], Awaitable[dict[str, Any]]]


class Streams:
    """Opens streams and keeps them until one side has had enough."""

    def __init__(
        self,
        hub: Hub,
        history: PostgresHistory,
        guard: Guard,
        roster: Roster,
        *,
        metrics: Metrics,
        describe: Describe,
    ) -> None:
        self._hub, self._history, self._guard, self._describe = hub, history, guard, describe
        self._roster, self._metrics = roster, metrics

    async def serve(self, app_id: str, scope: Any, receive: Any, *, begin: Send, send: Send) -> None:
        """Answer one request; a Problem is raised before anything has been sent."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise Problem(405, "a stream can only be read", headers={"Allow": "GET, HEAD, OPTIONS"})
        if app_id_flaw(app_id):
            raise Problem(404, f"there is no app {app_id!r}")
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        wanted = _filter(query)
        try:
            caller = await self._guard.stream_caller(scope, app_id)
        except Problem as problem:
            if problem.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            caller = None
        await begin({"type": "http.response.start", "status": 200, "headers": [*sse.HEADERS]})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
        elif caller is None or self._roster.full:
            self._metrics.sse_disconnects.labels("shed").inc()
            await send({"type": "http.response.body", "body": sse.retry(_SHED_RETRY_MS)})
        else:
            # The header is what EventSource sends when it comes back; the URL is what the page began with.
            cursor = header(scope["headers"], b"last-event-id") or query.get("last_event_id", "")
            reader = Reader(send, self._history, caller.expires, wanted)
            await self._hold(app_id, reader, cursor, scope, receive, state="state" in query)

    async def _hold(self, app_id: str, reader: Reader, cursor: str, scope: Any, receive: Any, *, state: bool) -> None:
        """Keep a stream until it ends, and leave nothing of it behind."""
        bucket = self._roster.add(reader)
        channel = None
        try:
            await reader.write_now(sse.retry(_RETRY_MS))
            channel = await self._attach(app_id, reader, cursor, state=state)
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

    async def _attach(self, app_id: str, reader: Reader, cursor: str, *, state: bool) -> Channel:
        """Bring the reader up to date: from its cursor, or by telling it to begin anew."""
        await self._history.known()
        if state:
            cursor = await self._send_state(app_id, reader, cursor)
        # No await between taking the cursor for one of this history and attaching.
        reader.epoch = self._history.epoch
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

    async def _send_state(self, app_id: str, reader: Reader, cursor: str) -> str:
        """Send the app as it is; without a cursor the stream goes on from exactly there."""
        found = await self._history.patiently(self._describe, app_id)
        here = found["stream"]["head"]
        encoded = sse.event("state", json.dumps(found, separators=(",", ":")), None if cursor else here)
        await reader.write_now(encoded)
        return cursor or here

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


def _filter(query: dict[str, str]) -> Filter:
    """Read which steps are wanted."""
    if "kinds" not in query and "message_id" not in query:
        return EVERYTHING
    kinds = frozenset(filter(None, query["kinds"].split(","))) if "kinds" in query else None
    if unknown := sorted((kinds or frozenset()) - KINDS.keys()):
        raise unprocessable(BadEvent(Flaw("kinds", f"{', '.join(unknown)}: there are {', '.join(KINDS)}")))
    return Filter(kinds, query.get("message_id"))
