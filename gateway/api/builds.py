"""Builds of an app over HTTP: which there were, what came of one, and what it said."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from gateway.parts import Parts
from gateway.problem import Problem
from gateway.shelf import Shelf
from sql import builds
from sql.builds import Row


class BuildView(BaseModel):
    """A build: `problem` is what was wrong, or for a superseded one the newer build."""

    build_id: str
    environment: str
    status: str
    release_id: str | None
    app_version: int | None
    step: str | None
    problem: str | None
    sizes: dict[str, int] | None
    warnings: list[str]
    seconds: float | None
    requested_at: datetime
    ended_at: datetime | None


class BuildsView(BaseModel):
    """Builds, the newest first."""

    builds: list[BuildView]


class WholeBuildView(BuildView):
    """A build with the size of each file, the largest first, and the story that it belongs to."""

    report: list[dict[str, Any]]
    event_id: str
    story_id: str
    log_url: str


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's builds."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}/builds", tags=["builds"])
    may_read = Depends(parts.guard.may("viewer"))

    async def one(app_id: str, build_id: str) -> tuple[Row, dict[str, Any]]:
        async with shelf.look(app_id) as tx:
            found = await builds.read(tx, app_id, build_id)
        if found is None:
            raise Problem(404, f"{app_id} has no build {build_id!r}")
        return found

    @routes.get("", dependencies=[may_read])
    async def list_builds(app_id: str, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> BuildsView:
        """List the builds of an app, the newest first."""
        async with shelf.look(app_id) as tx:
            return BuildsView(builds=[BuildView(**_shown(row)) for row in await builds.read_list(tx, app_id, limit)])

    @routes.get("/{build_id}", dependencies=[may_read])
    async def show_build(app_id: str, build_id: str) -> WholeBuildView:
        """Return one build with its sizes."""
        row, more = await one(app_id, build_id)
        where = f"/v1/apps/{app_id}/builds/{build_id}/log"
        report = json.loads(more["report"] or "[]")
        about = {"event_id": more["event_id"], "story_id": more["story_id"], "log_url": where}
        return WholeBuildView(**_shown(row), report=report, **about)

    @routes.get("/{build_id}/log", dependencies=[may_read], response_class=PlainTextResponse)
    async def read_log(app_id: str, build_id: str) -> str:
        """Return all that a build said."""
        return str((await one(app_id, build_id))[1]["log"])

    return routes


def _shown(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in Row.__slots__}
    return {**values, "sizes": json.loads(row.sizes) if row.sizes else None}
