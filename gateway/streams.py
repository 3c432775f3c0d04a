"""`GET /v1/apps/{app}/events`: the resumable stream, as a bare ASGI route.

A browser's EventSource gives up for ever on any answer but 200, so whoever is merely unlucky gets a 200 and the
request to come back later; only what waiting cannot mend is an error.
"""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs

from contracts.app import app_id_flaw
from contracts.catalog import KINDS
from contracts.errors import BadEvent, Flaw
from gateway import sse
from gateway.guard import Guard, header
from gateway.history import PostgresHistory
from gateway.holding import Holder
from gateway.problem import Problem, unprocessable
from gateway.reader import EVERYTHING, Filter, Reader, Send
from gateway.tokens import STREAM_AUDIENCE

Tell = Callable[[str], Awaitable[dict[str, Any]]]


class Describe(Protocol):
    """Tells the state of an app, and how to open its preview if the caller's token is one that may."""

    def __call__(self, app_id: str, *, opens: bool) -> Awaitable[dict[str, Any]]:
        """Return the state."""


class Streams:
    """Opens streams and keeps them until one side has had enough."""

    def __init__(
        self,
        holder: Holder,
        history: PostgresHistory,
        guard: Guard,
        describe: Describe,
    ) -> None:
        self._holder, self._history, self._guard, self._describe = holder, history, guard, describe

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
        elif caller is None or self._holder.full:
            await self._holder.shed(send)
        else:
            # The header is what EventSource sends when it comes back; the URL is what the page began with.
            cursor = header(scope["headers"], b"last-event-id") or query.get("last_event_id", "")
            reader = Reader(send, self._history, caller.expires, wanted)
            # What stands in a URL is seen by many; it must not become a pass of twelve hours.
            describe = partial(self._describe, opens=caller.audience != STREAM_AUDIENCE)
            opening = partial(self._open, app_id, reader, cursor, describe=describe if "state" in query else None)
            await self._holder.hold(app_id, reader, opening, scope=scope, receive=receive)

    async def _open(self, app_id: str, reader: Reader, cursor: str, *, describe: Tell | None) -> str:
        """Return where the stream is to go on: if the app is told as it is, without a cursor from exactly there."""
        if describe is None:
            return cursor
        found = await self._history.patiently(describe, app_id)
        here = found["stream"]["head"]
        encoded = sse.event("state", json.dumps(found, separators=(",", ":")), None if cursor else here)
        await reader.write_now(encoded)
        return cursor or here


def _filter(query: dict[str, str]) -> Filter:
    """Read which steps are wanted."""
    if "kinds" not in query and "message_id" not in query:
        return EVERYTHING
    kinds = frozenset(filter(None, query["kinds"].split(","))) if "kinds" in query else None
    if unknown := sorted((kinds or frozenset()) - KINDS.keys()):
        raise unprocessable(BadEvent(Flaw("kinds", f"{', '.join(unknown)}: there are {', '.join(KINDS)}")))
    return Filter(kinds, query.get("message_id"))
