"""Releases of an app over HTTP: which are kept, what one is, and how two of them differ."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from contracts.release import Manifest
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.shelf import Shelf
from sql import releases
from sql.database import AsyncTx
from sql.releases import Listed

Name = Annotated[str, Path(pattern=r"^[0-9a-f]{4,64}$", description="a release, or how its name begins")]


class ReleaseView(BaseModel):
    """A release, and the environments that serve it."""

    release_id: str
    app_version: int | None
    build_id: str
    sizes: dict[str, int]
    warnings: list[str]
    created_at: datetime
    environments: list[str]


class ReleasesView(BaseModel):
    """Releases, the newest first."""

    releases: list[ReleaseView]


class Changes(BaseModel):
    """Which names only the later has, only the earlier, and which both have with another content."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class DifferenceView(BaseModel):
    """How a release differs from another: what it was made of, what is served, and what packages it has."""

    release_id: str
    from_release_id: str
    files: Changes
    assets: Changes
    script: bool
    packages: bool


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's releases."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}/releases", tags=["releases"])
    may_read = Depends(parts.guard.may("viewer"))

    @routes.get("", dependencies=[may_read])
    async def list_releases(app_id: str, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> ReleasesView:
        """List the releases that are kept, the newest first."""
        async with shelf.look(app_id) as tx:
            found = await releases.read_list(tx, app_id, limit)
        views = [ReleaseView(**{**_values(one), "sizes": json.loads(one.sizes)}) for one in found]
        return ReleasesView(releases=views)

    @routes.get("/{name}", dependencies=[may_read])
    async def show_release(app_id: str, name: Name) -> dict[str, Any]:
        """Return what a release is: its manifest, under its whole name."""
        async with shelf.look(app_id) as tx:
            release_id, manifest = await _found(tx, app_id, name)
        return {"release_id": release_id, **manifest.model_dump(mode="json")}

    @routes.get("/{name}/diff/{earlier}", dependencies=[may_read])
    async def compare_releases(app_id: str, name: Name, earlier: Name) -> DifferenceView:
        """Say how a release differs from an earlier one."""
        async with shelf.look(app_id) as tx:
            release_id, new = await _found(tx, app_id, name)
            from_release_id, old = await _found(tx, app_id, earlier)
        return DifferenceView(
            release_id=release_id,
            from_release_id=from_release_id,
            files=changes(old.files, new.files),
            assets=changes(_hashes(old), _hashes(new)),
            script=old.script != new.script,
            packages=old.deps != new.deps,
        )

    return routes


def changes(old: dict[str, str], new: dict[str, str]) -> Changes:
    """Compare contents by name."""
    both = old.keys() & new.keys()
    return Changes(
        added=sorted(new.keys() - both),
        removed=sorted(old.keys() - both),
        changed=sorted(name for name in both if old[name] != new[name]),
    )


def _values(one: Listed) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Listed.__slots__}


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {name: asset.sha256 for name, asset in manifest.assets.items()}


async def _found(tx: AsyncTx, app_id: str, name: str) -> tuple[str, Manifest]:
    """Return a release by how its name begins; it must be the only one."""
    named = await releases.read_named(tx, app_id, name)
    if len(named) > 1:
        raise Problem(409, f"{app_id} has several releases whose names begin with {name}")
    manifest = await releases.read_manifest(tx, app_id, named[0]) if named else None
    if manifest is None:
        raise Problem(404, f"{app_id} has no release {name!r}")
    return named[0], manifest
