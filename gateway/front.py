"""The outermost door: every request is answered, measured and logged here, and no token reaches the log."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from actors.runtime.telemetry import Metrics
from gateway.cors import SECURITY, Cors
from gateway.problem import Problem
from gateway.streams import Streams
from gateway.visit import Visit

log = structlog.get_logger()

_STREAM = re.compile(r"/v1/apps/([^/]+)/events")
_STREAM_ROUTE = "/v1/apps/{app_id}/events"
_UNKNOWN_ROUTE = "unknown"

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Front:
    """Sends streams their own way and everything else to the web application."""

    def __init__(self, web: Application, streams: Streams, cors: Cors, metrics: Metrics) -> None:
        self._web, self._streams, self._cors, self._metrics = web, streams, cors, metrics

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return
        visit = Visit(send, [*SECURITY, *self._cors.answer(scope["headers"])])
        try:
            await self._answer(scope, receive, visit)
        except Problem as problem:
            await visit.refuse(problem)
        except Exception:
            log.exception("request_failed", path=scope["path"])
            if not visit.status:
                await visit.refuse(Problem(500, "something is wrong on our side; the log says what"))
        finally:
            self._record(scope, visit)

    async def _answer(self, scope: Any, receive: Any, visit: Visit) -> None:
        stream = _STREAM.fullmatch(scope["path"])
        if scope["method"] == "OPTIONS":
            headers = [(b"allow", b"GET, HEAD, OPTIONS")] if stream else []
            await visit.empty(204, [*headers, *self._cors.preflight(scope["headers"])])
        elif stream:
            visit.route = _STREAM_ROUTE
            await self._streams.serve(stream[1], scope, receive, begin=visit.send, send=visit.bare_send)
        elif scope["method"] == "HEAD":
            # Answered as GET is; the server, which knows what was asked, sends the head alone.
            asked = {**scope, "method": "GET"}
            try:
                await self._web(asked, receive, visit.send)
            finally:
                scope["route"] = asked.get("route")
        else:
            await self._web(scope, receive, visit.send)

    def _record(self, scope: Any, visit: Visit) -> None:
        streamed = visit.route == _STREAM_ROUTE
        visit.record(
            scope, self._metrics, route=visit.route or _route(scope), seconds=visit.first_byte if streamed else None
        )


def _route(scope: Any) -> str:
    """Return the route's template: a path itself would make labels without end."""
    template: str = getattr(scope.get("route"), "path", _UNKNOWN_ROUTE)
    return template
