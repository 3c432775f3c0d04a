"""Files of an app over HTTP: list them, read them, write and delete them."""

import base64
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from contracts.errors import Flaw
from contracts.event import Count
from contracts.file import FileStored
from contracts.path import checked
from contracts.tree import text
from gateway import body
from gateway.api import answers
from gateway.ask import Answer
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.shelf import Shelf
from sql import versions
from sql.versions import State

#: A customer's file is shown, never run: it must not become a page of the gateway's origin.
HARMLESS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-cache",
}


_READ = {**answers.binary("text/plain", "application/octet-stream"), **answers.UNCHANGED}


class FileView(BaseModel):
    """One file."""

    model_config = ConfigDict(json_schema_extra={"example": answers.FILE})
    path: str
    sha256: str
    bytes: int
    lines: int
    version: int
    updated_at: datetime


class FilesView(BaseModel):
    """The files of an app at a version."""

    model_config = ConfigDict(json_schema_extra={"example": answers.FILES})
    version: int
    files: list[FileView]


def view(state: State) -> FilesView:
    """Return a state of an app as JSON shows it."""
    files = [
        FileView(
            path=listed.path,
            sha256=(listed.file.sha256 or b"").hex(),
            bytes=listed.file.bytes,
            lines=listed.file.lines,
            version=listed.version,
            updated_at=listed.updated_at,
        )
        for listed in state.files
    ]
    return FilesView(version=state.version, files=files)


def router(parts: Parts) -> APIRouter:
    """Return the routes of an app's files."""
    shelf = Shelf(parts)
    routes = APIRouter(prefix="/v1/apps/{app_id}/files", tags=["files"])
    may_read, may_write = Depends(parts.guard.may("viewer")), Depends(parts.guard.may("editor"))

    @routes.get("", dependencies=[may_read], response_model=FilesView, responses=answers.UNCHANGED)
    async def list_files(
        request: Request,
        app_id: str,
        prefix: Annotated[str, Query(max_length=512, pattern=r"^[^\x00]*$")] = "",
        version: Annotated[Count | None, Query()] = None,
    ) -> Response:
        """List the files of an app, now or at a version."""
        state = await shelf.state(app_id, version, prefix)
        headers = {"etag": f'"v{state.version}"', "cache-control": "private, no-cache"}
        if matches(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(view(state).model_dump_json(), media_type="application/json", headers=headers)

    @routes.get("/{path:path}", dependencies=[may_read], response_class=Response, responses=_READ)
    async def read_file(
        request: Request, app_id: str, path: str, version: Annotated[Count | None, Query()] = None
    ) -> Response:
        """Return the bytes of a file, now or at a version; as text where it is text, never as a page."""
        path = _checked(path)
        async with shelf.look(app_id) as tx:
            found = await versions.content(tx, app_id, path, version)
            if found is None:
                raise await shelf.missing(tx, app_id, version, path)
        return _shown(request, path, *found)

    @routes.put(
        "/{path:path}",
        dependencies=[may_write],
        status_code=201,
        response_model=FileStored,
        responses=answers.WRITTEN,
        openapi_extra=answers.CONTENT,
    )
    async def write_file(request: Request, app_id: str, path: str) -> Response:
        """Write a file: the body is its content."""
        path = _checked(path)
        content = await body.read(request, shelf.file_bytes)
        async with shelf.look(app_id) as tx:
            is_new = not await versions.has_file(tx, app_id, path)
        answer = await shelf.change(app_id, {"path": path, **_as_data(content)})
        return answered(answer, 201 if is_new else 200)

    @routes.delete("/{path:path}", dependencies=[may_write], response_model=FileStored, responses=answers.CHANGED)
    async def delete_file(app_id: str, path: str) -> Response:
        """Delete a file."""
        path = _checked(path)
        answer = await shelf.change(app_id, {"path": path, "operation": "delete"})
        if answer.step is not None and answer.step["unchanged"]:
            async with shelf.look(app_id) as tx:
                raise await shelf.missing(tx, app_id, None, path)
        return answered(answer, 200)

    return routes


def answered(answer: Answer, status: int) -> Response:
    """Return the verdict, or where it will be read if it takes longer."""
    if answer.step is None:
        waiting = {"event_id": answer.event_id, "story_url": answer.story_url}
        return JSONResponse(waiting, 202, headers={"location": answer.story_url})
    return JSONResponse(answer.step, status)


def matches(request: Request, etag: str) -> bool:
    """Tell whether the client has this already."""
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in known or "*" in known


def _checked(path: str) -> str:
    """Return a path from a URL, which the server has decoded once."""
    try:
        return checked(path)
    except ValueError as error:
        raise Problem(422, f"path: {error}", errors=[Flaw("path", str(error))]) from None


def _as_data(content: bytes) -> dict[str, Any]:
    written = text(content)
    return {"content_base64": base64.b64encode(content).decode()} if written is None else {"content": written}


def _shown(request: Request, path: str, sha256: bytes, content: bytes) -> Response:
    is_text = text(content) is not None
    name = quote(path.rpartition("/")[2], safe="")
    headers = {
        **HARMLESS,
        "etag": f'"{sha256.hex()}"',
        "content-disposition": f"{'inline' if is_text else 'attachment'}; filename*=UTF-8''{name}",
    }
    if matches(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    kind = "text/plain; charset=utf-8" if is_text else "application/octet-stream"
    return Response(content, media_type=kind, headers=headers)
