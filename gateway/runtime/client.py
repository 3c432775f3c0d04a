"""`/api/client.js` on every app's own host, and `/client.js` at the gateway: what a page may import."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, Request, Response

_FILE = Path(__file__).parents[2] / "edge/client/client.js"
_TYPE = "text/javascript; charset=utf-8"


def router() -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    text = _FILE.read_bytes()
    headers = {"etag": f'"{hashlib.sha256(text).hexdigest()[:16]}"', "cache-control": "no-cache"}

    @routes.get("/client.js")
    @routes.get("/api/client.js")
    async def client(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type=_TYPE)

    return routes
