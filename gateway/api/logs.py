"""`GET /v1/apps/{app}/logs`: what an app's own scripts said lately at the edge, and what went wrong in them."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from contracts.app import app_id_flaw
from edge.local.client import LocalEdge
from gateway.parts import Parts
from gateway.problem import try_later

_ABOUT = (
    "The last 1,000 lines of the app, the oldest first, as long as the edge has been up. To follow, ask again with "
    "`after` as `next` says. What a request says is here once it has been answered."
)


class LineView(BaseModel):
    """One line; `script` names the release that said it, `request` what it was asked."""

    number: int
    environment: str
    script: str
    at: int = Field(description="milliseconds since 1970")
    level: str
    text: str
    request: str


class LogsView(BaseModel):
    """Lines, and after which one to go on."""

    lines: list[LineView]
    next: int


def router(parts: Parts) -> APIRouter:
    """Return the route."""
    routes, edge = APIRouter(tags=["releases"]), LocalEdge(parts.settings.home)
    viewer = Depends(parts.guard.may("viewer"))

    @routes.get("/v1/apps/{app_id}/logs", summary="What scripts said", description=_ABOUT, dependencies=[viewer])
    async def show_logs(
        app_id: str,
        after: Annotated[int, Query(ge=0)] = 0,
        environment: Literal["staging", "production"] | None = None,
    ) -> LogsView:
        if app_id_flaw(app_id):
            return LogsView(lines=[], next=after)
        lines = await asyncio.to_thread(edge.logs, app_id, after=after, environment=environment or "")
        if lines is None:
            raise try_later("the edge is away")
        found = [LineView(**line) for line in lines]
        return LogsView(lines=found, next=found[-1].number if found else after)

    return routes
