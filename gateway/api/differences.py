"""What changed between two versions of an app, over HTTP."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict

from contracts.event import Count
from contracts.tree import File
from gateway import difference
from gateway.api import answers
from gateway.difference import Change
from gateway.parts import Parts
from gateway.shelf import Shelf
from sql.versions import State

MAX_DIFFS = 200


class ChangeView(BaseModel):
    """What became of one path; `diff` is there for texts that are not too long."""

    model_config = ConfigDict(json_schema_extra={"example": answers.CHANGE})
    path: str
    change: difference.Kind
    from_path: str | None
    bytes_before: int
    bytes_after: int
    diff: str | None


class DifferenceView(BaseModel):
    """What changed from one version to another."""

    version: int
    against: int
    changes: list[ChangeView]


def router(parts: Parts) -> APIRouter:
    """Return the route that compares."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}", tags=["versions"], dependencies=[Depends(parts.guard.may("viewer"))])

    @routes.get("/versions/{n}/diff")
    async def compare_versions(
        app_id: str,
        n: Annotated[Count, Path()],
        against: Annotated[Count | None, Query(description="default: the one before")] = None,
    ) -> DifferenceView:
        """Say what changed from another version to this one; 0 is the empty beginning."""
        other = max(n - 1, 0) if against is None else against
        after = _files(await shelf.state(app_id, n))
        before = _files(await shelf.state(app_id, other)) if other else {}
        found = difference.changes(before, after)
        texts = await _texts(shelf, difference.comparable(found)[:MAX_DIFFS])
        return DifferenceView(version=n, against=other, changes=[_change(change, texts) for change in found])

    return routes


def _files(state: State) -> dict[str, File]:
    return {listed.path: listed.file for listed in state.files}


async def _texts(shelf: Shelf, changes: list[Change]) -> dict[str, str | None]:
    """Compare lines on a thread: others' streams must not wait for it."""
    sides = (side for change in changes for side in (change.before, change.after))
    contents = await shelf.contents({side.sha256 for side in sides if side.sha256})
    return {change.path: await asyncio.to_thread(difference.unified, change, contents) for change in changes}


def _change(change: Change, texts: dict[str, str | None]) -> ChangeView:
    return ChangeView(
        path=change.path,
        change=change.change,
        from_path=change.from_path,
        bytes_before=change.before.bytes,
        bytes_after=change.after.bytes,
        diff=texts.get(change.path),
    )
