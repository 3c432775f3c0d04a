"""The origin of live previews as an ASGI application, behind the edge and nobody else."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import psycopg
import structlog
from starlette.requests import Request
from starlette.responses import Response

from actors.runtime.telemetry import Metrics
from contracts.app import app_id_flaw
from contracts.tenant import data_env
from gateway import sse
from gateway.cors import SECURITY
from gateway.front import Application
from gateway.guard import header
from gateway.holding import Holder
from gateway.pages import Page, Pages, network
from gateway.preview import gate
from gateway.preview.desk import Desk
from gateway.preview.guests import Guests
from gateway.preview.notices import AWAY
from gateway.preview.reader import PageReader
from gateway.preview.visitor import Visitor, visitor
from gateway.preview.watched import Watched
from gateway.problem import Problem, try_later
from gateway.runtime.place import at_home
from gateway.visit import Visit
from sql.database import is_away

log = structlog.get_logger()

_STREAM = "/__fleet/updates"
_ADDRESS = b"x-edge-address"
_ALONE = (gate.LOADED_BY.encode(), gate.ALONE.encode())
_OURS = "something is wrong on our side; the log says what"
_NOT_THE_EDGE = "this is the origin of previews: it is asked by the edge"
_API = "/api/"
_ENVIRONMENTS = frozenset({"preview", "staging", "production", "pr"})
_POSTS = ("/__fleet/ack", "/__fleet/error")


class Origin:
    """Sends streams their own way, and everything else to the desk."""

    def __init__(
        self,
        desk: Desk,
        holder: Holder,
        metrics: Metrics,
        *,
        watched: Watched,
        guests: Guests,
        pages: Pages,
        api: Application,
    ) -> None:
        self._desk, self._holder, self._metrics, self._api = desk, holder, metrics, api
        self._watched, self._guests, self._pages = watched, guests, pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        for_app = scope["path"].startswith(_API)
        visit = Visit(send, [*SECURITY, _ALONE] if for_app else [])
        visit.route = "preview"
        try:
            await (self._serve_app if for_app else self._answer)(scope, receive, visit)
        except Problem as problem:
            await visit.refuse(problem)
        except psycopg.Error as error:
            await self._failed(error, scope, receive, visit)
        except Exception:
            log.exception("request_failed", path=scope["path"])
            if not visit.status:
                await visit.refuse(Problem(500, _OURS))
        finally:
            streamed = scope["path"] == _STREAM
            visit.record(scope, self._metrics, route=visit.route, seconds=visit.first_byte if streamed else None)

    async def _answer(self, scope: Any, receive: Any, visit: Visit) -> None:
        who = visitor(scope["headers"], scope["method"])
        if who is None:
            raise Problem(421, _NOT_THE_EDGE)
        path, method = scope["path"], scope["method"]
        visit.route = "preview updates" if path == _STREAM else visit.route
        allowed = {"POST"} if path in _POSTS else {"GET", "HEAD"}
        if method not in allowed:
            raise Problem(405, f"{method} is not possible here", headers={"Allow": ", ".join(sorted(allowed))})
        if path == _STREAM:
            await self._stream(who, scope, receive, visit)
            return
        visit.route, response = await self._desk.respond(who, Request(scope, receive))
        await _send(response, scope, receive, visit)

    async def _serve_app(self, scope: Any, receive: Any, visit: Visit) -> None:
        """Answer what an app asks of its own host: its preview as anybody who may look, its releases anybody."""
        app_id, environment = header(scope["headers"], b"x-edge-app"), header(scope["headers"], b"x-edge-environment")
        if app_id is None or environment not in _ENVIRONMENTS:
            raise Problem(421, _NOT_THE_EDGE)
        who = visitor(scope["headers"], scope["method"])
        if app_id_flaw(app_id) or (who is not None and await self._desk.gate.admit(who) is None):
            raise Problem(401, "this preview is private: open it with a link from the editor")
        asked = at_home(scope, app_id, data_env(environment))
        if scope["method"] == "HEAD":
            asked["method"] = "GET"
        try:
            await self._api(asked, receive, visit.send)
        finally:
            visit.route = getattr(asked.get("route"), "path", visit.route)

    async def _stream(self, who: Visitor, scope: Any, receive: Any, visit: Visit) -> None:
        """Tell a page what is new since the revision that it has."""
        admitted = await self._desk.gate.admit(who)
        if admitted is None:
            raise Problem(401, "this preview is private: open it with a link from the editor")
        query: Mapping[str, list[str]] = parse_qs(scope["query_string"].decode("latin-1"))
        page = Page(who.app_id, who.has_pass(self._desk.passes), network(header(scope["headers"], _ADDRESS)))
        await visit.send({"type": "http.response.start", "status": 200, "headers": [*sse.HEADERS, _ALONE]})
        if scope["method"] == "HEAD":
            await visit.send({"type": "http.response.body"})
        elif not self._pages.have_room(page):
            await self._holder.shed(send=visit.bare_send)
        else:
            nonce = self._desk.passes.nonce(who.app_id)
            reader = PageReader(visit.bare_send, self._desk.era, admitted.until, nonce)
            opening = partial(_cursor, query.get("rev", [""])[0])
            guest = self._guests.with_one_more(who.app_id, reader, admitted.access)
            with self._watched.by_one_more(who.app_id), self._pages.with_one_more(page), guest:
                await self._holder.hold(who.app_id, reader, opening, scope=scope, receive=receive)

    async def _failed(self, error: psycopg.Error, scope: Any, receive: Any, visit: Visit) -> None:
        """Say that the database is away, to people and to programs."""
        away = is_away(error)
        if visit.status or not away:
            log.error("request_failed", path=scope["path"], exc_info=error)
        if visit.status:
            return
        if away and not scope["path"].startswith(("/__fleet/", "/api/")):
            who = visitor(scope["headers"], scope["method"])
            policy = self._desk.gate.remembered(who) if who else gate.NOBODY
            await _send(gate.framed(AWAY.response(), policy), scope, receive, visit)
        else:
            await visit.refuse(try_later("the database is away") if away else Problem(500, _OURS))


async def _cursor(rev: str) -> str:
    return rev


async def _send(response: Response, scope: Any, receive: Any, visit: Visit) -> None:
    """Answer; a HEAD gets no body, and the length that a GET's would have."""
    if scope["method"] == "HEAD":
        await visit.empty(response.status_code, list(response.raw_headers))
    else:
        await response(scope, receive, visit.send)
