"""`/demo`: the page where one watches tools at work, its parts, and the story that it plays.

Nothing of it is secret: it knows no app and no token until somebody brings one, and then keeps it in their tab.
"""

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from contracts.settings import Settings
from gateway.demo import script
from gateway.parts import Parts
from gateway.problem import Problem

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_INDEX = "index.html"


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/demo", include_in_schema=False)
    files = {path.name: path for path in Path(__file__).parent.iterdir() if path.suffix in _TYPES}
    headers = {"cache-control": "no-cache", "content-security-policy": policy(parts.settings)}

    @routes.get("")
    async def page() -> Response:
        return shown(_INDEX)

    @routes.get("/story.json")
    async def story() -> Response:
        return JSONResponse(script.as_json(), headers=headers)

    @routes.get("/{name}")
    async def part(name: str) -> Response:
        return shown(name)

    def shown(name: str) -> Response:
        if name not in files:
            raise Problem(404, f"there is nothing at /demo/{name}")
        return Response(files[name].read_bytes(), media_type=_TYPES[files[name].suffix], headers=headers)

    return routes


def policy(settings: Settings) -> str:
    """Return what the page may do: run its own scripts, ask its own gateway, frame previews, and nothing else."""
    previews = settings.preview_url("x").replace("preview-x.", "*.")
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        f"frame-src {previews}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
