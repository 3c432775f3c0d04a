"""Answers a page's requests: the page itself, its modules, its packages, its files, its reports, and its way in."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from edge.packages.disk import DiskPackages
from edge.preview import files
from edge.preview.files import Runtime
from gateway import body
from gateway.history import PostgresHistory
from gateway.preview import assets, document, gate, notices, pieces
from gateway.preview.gate import Gate
from gateway.preview.library import Library
from gateway.preview.passes import Passes
from gateway.preview.reports import LONGEST, Reports
from gateway.preview.visitor import Visitor
from gateway.problem import Problem
from gateway.reader import Era
from sql import dependencies, pages

_FOREVER = "public, max-age=31536000, immutable"
_DEPS, _BOOK = "/__fleet/deps/", "/__fleet/app.js"

Answered = tuple[str, Response]


@dataclass(frozen=True)
class Desk:
    """What it takes to answer."""

    history: PostgresHistory
    era: Era
    gate: Gate
    passes: Passes
    library: Library
    reports: Reports
    runtime: Runtime
    packages: DiskPackages | None

    async def respond(self, who: Visitor, request: Request) -> Answered:
        """Return the route, one of few for the metrics, and the answer."""
        path: str = request.scope["path"]
        if path == self.runtime.path:
            return "preview asset", _forever(self.runtime.text, files.CONTENT_TYPE)
        if path.startswith(_DEPS):
            return "preview asset", await self._dependency(path.removeprefix(_DEPS))
        if path == "/__fleet/open":
            return "preview open", await self._open(who, request.query_params.get("ticket", ""))
        admitted = await self.gate.admit(who)
        if admitted is None:
            return "preview locked", _locked(path)
        route, response = await self._private(who.app_id, request, path)
        return route, admitted.mark(response)

    async def _private(self, app_id: str, request: Request, path: str) -> Answered:
        """Answer what only those may see, and report, who may look at the app."""
        if path == "/__fleet/ack":
            await self.reports.acknowledged(app_id, await body.read(request, LONGEST))
            return "preview acknowledgement", Response(status_code=204)
        if path == "/__fleet/error":
            await self.reports.errored(app_id, await body.read(request, LONGEST))
            return "preview error", Response(status_code=204)
        if path == _BOOK:
            return "preview modules", await self._book(app_id, request)
        if path == f"{_BOOK}.map":
            return "preview asset", await self._source_map(app_id, request.query_params.get("v", ""))
        if path.startswith(("/__fleet/", "/api/")):
            raise Problem(404, f"there is nothing at {path}")
        if path != "/" and (found := await self._file(app_id, request, path)):
            return "preview asset", found
        if assets.looks_like_file(path) and not path.endswith(".html"):
            if request.headers.get("sec-fetch-dest") == "image":  # as with Vite, the console has nothing to say of it
                return "preview asset", Response(status_code=204, headers={"cache-control": "no-store"})
            raise Problem(404, f"the app has no file {path}")
        return "preview page", await self._page(app_id, path)

    async def _page(self, app_id: str, path: str) -> Response:
        await self.history.known()
        async with self.history.connection() as tx:
            epoch = self.history.epoch
            shown = await pages.page(tx, app_id)
        nonce, runtime = self.passes.nonce(app_id), self.runtime.head
        drawn: dict[str, Any] = json.loads(shown.page) if shown else {}
        if not shown or not drawn:
            return notices.waiting(epoch, shown, self.runtime.path).response()
        one = document.at(drawn, path)
        if one is None:
            raise Problem(404, f"the app has no file {path}")
        html = document.render(app_id, epoch, shown, one, nonce=nonce, runtime=runtime)
        return Response(html, headers={"cache-control": "no-store"}, media_type="text/html")

    async def _book(self, app_id: str, request: Request) -> Response:
        book = await self.library.book(app_id, request.query_params.get("v", ""))
        exact = book.rev == request.query_params.get("v", "")
        headers = {"cache-control": assets.OWN_FOREVER if exact else assets.OWN_CHECKED, "etag": f'"{book.rev}"'}
        if pieces.is_known(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(book.text, headers=headers, media_type="text/javascript")

    async def _source_map(self, app_id: str, rev: str) -> Response:
        text = await self.library.source_map(app_id, rev)
        if text is None:
            raise Problem(404, "that revision is not the newest")
        return Response(text, headers={"cache-control": assets.OWN_FOREVER}, media_type="application/json")

    async def _dependency(self, path: str) -> Response:
        name, _slash, file = path.partition("/")
        content = await asyncio.to_thread(self.packages.file, name, file) if self.packages else None
        if content is None and "\0" not in path:  # also what was made before there was a folder
            async with self.history.connection() as tx:
                content = await dependencies.file(tx, name, file)
        if content is None:
            raise Problem(404, f"no set of packages has a file {path}")
        return _forever(content, assets.content_type(file))

    async def _file(self, app_id: str, request: Request, path: str) -> Response | None:
        wanted = assets.wanted(path, request.query_params.get("v", ""))
        if wanted is None:
            return None
        async with self.history.connection() as tx:
            found = await pages.file(tx, app_id, wanted.paths)
        if found is None or not wanted.may_show(found.path, found.sha256):
            return None
        headers = {"cache-control": wanted.caching(found.sha256), "content-type": assets.content_type(found.path)}
        return pieces.answer(found.content, request.headers, f'"{found.sha256.hex()[:32]}"', headers)

    async def _open(self, who: Visitor, ticket: str) -> Response:
        """Exchange a ticket for the cookie; an editor may frame what is said of one that comes too late."""
        if not self.passes.takes(ticket, who.app_id):
            late = self.passes.gave(ticket, who.app_id)
            return gate.framed(notices.EXPIRED.response(), await self.gate.policy(who.app_id) if late else gate.NOBODY)
        response = RedirectResponse("/", 303, {"cache-control": "no-store", "referrer-policy": "no-referrer"})
        for cookie in self.passes.cookies(who.app_id, safe=who.safe):
            response.raw_headers.append((b"set-cookie", cookie.encode()))
        return response


def _forever(content: bytes, content_type: str) -> Response:
    headers = {"cache-control": _FOREVER, "content-type": content_type, gate.LOADED_BY: gate.ALONE}
    return Response(content, headers=headers)


def _locked(path: str) -> Response:
    """Return what somebody sees who may not look: a page, or a problem where nobody reads pages."""
    if path.startswith(("/__fleet/", "/api/")):
        raise Problem(401, "this preview is private: open it with a link from the editor")
    return gate.framed(notices.LOCKED.response(), gate.NOBODY)
