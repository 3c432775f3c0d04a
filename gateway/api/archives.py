"""An app's files as one download, now or at any version."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from contracts.event import Count
from gateway import archive
from gateway.api import answers
from gateway.api.files import HARMLESS
from gateway.parts import Parts
from gateway.shelf import Shelf
from sql.versions import State

Wanted = Annotated[Count | None, Query(description="default: the newest")]


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's archives."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}", tags=["files"], dependencies=[Depends(parts.guard.may("viewer"))])

    @routes.get("/archive.zip", response_class=StreamingResponse, responses=answers.binary("application/zip"))
    async def download_zip(app_id: str, version: Wanted = None) -> StreamingResponse:
        """Download all files, now or at a version, as a .zip."""
        return _download(app_id, await shelf.state(app_id, version), shelf, archive.Zip(), "zip")

    @routes.get("/archive.tar.gz", response_class=StreamingResponse, responses=answers.binary("application/gzip"))
    async def download_tar(app_id: str, version: Wanted = None) -> StreamingResponse:
        """Download all files, now or at a version, as a .tar.gz."""
        return _download(app_id, await shelf.state(app_id, version), shelf, archive.TarGz(), "tar.gz")

    return routes


def _download(app_id: str, state: State, shelf: Shelf, packer: archive.Packer, ending: str) -> StreamingResponse:
    stream = archive.pack(packer, state.files, shelf.contents)
    name = f"{app_id}-v{state.version}.{ending}"
    kind = "application/zip" if ending == "zip" else "application/gzip"
    headers = {**HARMLESS, "content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(stream, media_type=kind, headers=headers)
