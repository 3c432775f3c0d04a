"""The outermost door: every request is answered, measured and logged here, and no token reaches the log."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import structlog

from actors.runtime.telemetry import Metrics
from gateway.cors import SECURITY, Cors, RawHeaders
from gateway.problem import MEDIA_TYPE, Problem
from gateway.streams import Streams

log = structlog.get_logger()

_STREAM = re.compile(r"/v1/apps/([^/]+)/events")
_STREAM_ROUTE = "/v1/apps/{app_id}/events"
_UNKNOWN_ROUTE = "unknown"
_ROUTINE = frozenset({"/healthz", "/readyz", "/metrics"})
_SECRET = re.compile(r"(?i)((?:^|&)[^=&]*(?:token|secret|password|key|signature)[^=&]*=)[^&]*")

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
        visit = _Visit(send, [*SECURITY, *self._cors.answer(scope["headers"])])
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

    async def _answer(self, scope: Any, receive: Any, visit: "_Visit") -> None:
        stream = _STREAM.fullmatch(scope["path"])
        if scope["method"] == "OPTIONS":
            headers = [(b"allow", b"GET, HEAD, OPTIONS")] if stream else []
            await visit.empty(204, [*headers, *self._cors.preflight(scope["headers"])])
        elif stream:
            visit.route = _STREAM_ROUTE
            await self._streams.serve(stream[1], scope, receive, begin=visit.send, send=visit.bare_send)
        else:
            await self._web(scope, receive, visit.send)

    def _record(self, scope: Any, visit: "_Visit") -> None:
        seconds = time.perf_counter() - visit.began
        route = visit.route or _route(scope)
        self._metrics.http_request_seconds.labels(route, str(visit.status)).observe(
            visit.first_byte if visit.route == _STREAM_ROUTE else seconds
        )
        say = log.debug if route in _ROUTINE else log.info
        say(
            "request_answered",
            method=scope["method"],
            path=quote(scope["path"], safe="/:@!$&'()*+,;=~"),
            query=redacted(scope["query_string"]),
            status=visit.status,
            milliseconds=round(seconds * 1000, 2),
            client=(scope.get("client") or ("",))[0],
        )


class _Visit:
    """One request under way, and what is remembered of its answer."""

    __slots__ = ("_headers", "bare_send", "began", "first_byte", "route", "status")

    def __init__(self, send: Any, headers: RawHeaders) -> None:
        self.bare_send, self._headers = send, headers
        self.began = time.perf_counter()
        self.first_byte = 0.0
        self.route = ""
        self.status = 0

    async def send(self, message: Any) -> None:
        """Pass an answer on, with what every answer carries."""
        if message["type"] == "http.response.start":
            self._started(message)
        await self.bare_send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem."""
        body = problem.body()
        headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        headers += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def empty(self, status: int, headers: RawHeaders) -> None:
        """Answer without a body."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body"})

    def _started(self, message: Any) -> None:
        self.status = message["status"]
        self.first_byte = time.perf_counter() - self.began
        given = {name.lower() for name, _value in message["headers"]}
        message["headers"] = [*message["headers"], *(entry for entry in self._headers if entry[0] not in given)]


def redacted(query: bytes) -> str:
    """Return a query string without what lets its bearer in."""
    return _SECRET.sub(r"\1…", query.decode("latin-1"))


def _route(scope: Any) -> str:
    """Return the route's template: a path itself would make labels without end."""
    template: str = getattr(scope.get("route"), "path", _UNKNOWN_ROUTE)
    return template
