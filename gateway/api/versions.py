"""Versions of an app's files over HTTP: list, name, look into and restore them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict

from contracts.event import Count, Word
from contracts.file import FileStored
from gateway.api import answers
from gateway.api.files import FilesView, answered, view
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.shelf import Shelf
from sql import versions
from sql.versions import Version

NEWEST = 2**31 - 1

Number = Annotated[Count, Path(description="the number of a version")]


class VersionView(BaseModel):
    """One version."""

    model_config = ConfigDict(json_schema_extra={"example": answers.VERSION})
    version: int
    name: str | None
    event_id: str
    message_id: str | None
    changes: int
    created_at: datetime


class VersionsView(BaseModel):
    """A page of versions, the newest first; `next` is the `before` of the next page."""

    versions: list[VersionView]
    next: int | None


class Naming(BaseModel):
    """What a version is to be called; null takes the name away."""

    name: Word | None


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's versions."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}", tags=["versions"])
    may_read, may_write = Depends(parts.guard.may("viewer")), Depends(parts.guard.may("editor"))

    @routes.get("/versions", dependencies=[may_read])
    async def list_versions(
        app_id: str,
        before: Annotated[Count, Query(description="only versions before this one")] = NEWEST,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> VersionsView:
        """List the versions of an app, the newest first."""
        async with shelf.look(app_id) as tx:
            found = await versions.page(tx, app_id, before, limit)
            if not found and not await versions.knows(tx, app_id):
                raise Problem(404, f"there is no app {app_id!r}")
        more = found[-1].version if len(found) == limit and found[-1].version > 1 else None
        return VersionsView(versions=[_view(version) for version in found], next=more)

    @routes.get("/versions/{n}", dependencies=[may_read])
    async def read_version(app_id: str, n: Number) -> FilesView:
        """Return the files of a version."""
        return view(await shelf.state(app_id, n))

    @routes.patch("/versions/{n}", dependencies=[may_write])
    async def name_version(app_id: str, n: Number, naming: Naming) -> VersionView:
        """Give a version a name."""
        async with shelf.look(app_id) as tx:
            version = await versions.call(tx, app_id, n, naming.name)
            if version is None:
                raise await shelf.missing(tx, app_id, n)
            return _view(version)

    @routes.post(
        "/versions/{n}/restore", dependencies=[may_write], response_model=FileStored, responses=answers.CHANGED
    )
    async def restore_version(app_id: str, n: Number) -> Response:
        """Bring the app back to a version, as a new one."""
        async with shelf.look(app_id) as tx:
            if await versions.one(tx, app_id, n) is None:
                raise await shelf.missing(tx, app_id, n)
        return answered(await shelf.change(app_id, {"operation": "restore", "version": n}), 200)

    return routes


def _view(version: Version) -> VersionView:
    return VersionView(**asdict(version))
