"""One request under way: what is remembered of its answer, and logged without any secret."""

import re
import time
from typing import Any
from urllib.parse import quote

import structlog

from actors.runtime.telemetry import Metrics
from gateway.cors import RawHeaders
from gateway.problem import MEDIA_TYPE, Problem

log = structlog.get_logger()

#: Asked for again and again; of no interest unless one looks for it.
ROUTINE = frozenset({"/healthz", "/readyz", "/metrics", "preview asset", "preview acknowledgement"})
_SECRET = re.compile(r"(?i)((?:^|&)[^=&]*(?:token|ticket|secret|password|key|signature)[^=&]*=)[^&]*")
_VALUE = re.compile(r"(=)[^&]+")


class Visit:
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

    def record(self, scope: Any, metrics: Metrics, *, route: str, seconds: float | None = None) -> None:
        """Count the request under its route's template, and log it."""
        taken = time.perf_counter() - self.began
        metrics.http_request_seconds.labels(route, str(self.status)).observe(taken if seconds is None else seconds)
        say = log.debug if route in ROUTINE else log.info
        say(
            "request_answered",
            method=scope["method"],
            path=quote(scope["path"], safe="/:@!$&'()*+,;=~"),
            query=redacted(scope["query_string"], values=not scope["path"].startswith("/api/")),
            status=self.status,
            milliseconds=round(taken * 1000, 2),
            client=(scope.get("client") or ("",))[0],
        )

    def _started(self, message: Any) -> None:
        self.status = message["status"]
        self.first_byte = time.perf_counter() - self.began
        given = {name.lower() for name, _value in message["headers"]}
        message["headers"] = [*message["headers"], *(entry for entry in self._headers if entry[0] not in given)]


def redacted(query: bytes, *, values: bool = True) -> str:
    """Return a query string without what lets its bearer in, and without what an app's users have looked for."""
    return (_SECRET if values else _VALUE).sub(r"\1…", query.decode("latin-1"))
