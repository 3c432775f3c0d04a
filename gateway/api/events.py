"""`POST /v1/events`: CloudEvents in, and `GET /v1/stories/{event_id}`: what one of them caused."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from contracts.app import app_id_flaw
from contracts.cloudevents import BATCH, STRUCTURED
from contracts.errors import Flaw
from contracts.event import Envelope
from gateway import body, reading
from gateway.auth import Caller
from gateway.parts import Parts
from gateway.problem import Problem
from sql import progress

_LARGE = 256 * 1024
_NAMED = 5

_EVENT = {
    "specversion": "1.0",
    "id": "6f1c1f9e-3d0e-4c7e-9f0a-2f4f0a7b1c11",
    "source": "my-generator",
    "type": "overskill.file-written",
    "subject": "demo",
    "data": {"path": "src/App.tsx", "content": "export default () => <h1>Hello</h1>\n"},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": {"type": "object"}, "example": _EVENT},
            BATCH: {"schema": {"type": "array", "items": {"type": "object"}}, "example": [_EVENT]},
            "application/json": {"schema": {"type": "object"}, "example": _EVENT["data"]},
        },
    }
}
_ACCEPTED = {
    "accepted": [{"id": _EVENT["id"], "story_url": f"/v1/stories/{_EVENT['id']}?app_id=demo"}],
}


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["events"])

    @routes.post(
        "/v1/events",
        summary="Publish one event, structured or binary, or a batch",
        status_code=202,
        openapi_extra=_BODY,
        responses={202: {"content": {"application/json": {"example": _ACCEPTED}}}},
    )
    async def publish(
        request: Request, caller: Annotated[Caller, Depends(parts.guard.may_anywhere("publisher"))]
    ) -> dict[str, Any]:
        content = await body.read(request, parts.settings.max_event_bytes)
        events, batch = await _read(request, content)
        for app_id in sorted({event.app_id for event in events}):
            caller.must_hold(app_id)
        accepted = await parts.intake.accept_all(events) if batch else [await parts.intake.accept(events[0])]
        return {"accepted": [{"id": one.event_id, "story_url": one.story_url} for one in accepted]}

    @routes.get("/v1/stories/{event_id}", summary="What one event caused")
    async def story(
        event_id: str,
        caller: Annotated[Caller, Depends(parts.guard.may_anywhere("viewer"))],
        app_id: str | None = None,
    ) -> dict[str, Any]:
        if app_id is not None:
            caller.must_hold(app_id)
        if "\0" in event_id or (app_id is not None and app_id_flaw(app_id)):
            raise Problem(404, "there is no such story")
        mine = None if caller.holds_every_app else sorted(caller.apps)
        async with parts.pool.connection() as tx:
            found = await progress.story(tx, event_id, mine if app_id is None else [app_id])
        return {"story_id": event_id, **_only(found, event_id)}

    return routes


def _only(found: dict[str, list[progress.Numbered]], event_id: str) -> dict[str, Any]:
    """Return the steps of the one app that has the story."""
    if not found:
        raise Problem(404, f"nothing is known, or nothing yet, of what {event_id!r} caused")
    if len(found) > 1:
        reason = f"is needed: {', '.join(list(found)[:_NAMED])} have a story of this name"
        raise Problem(409, f"more than one app has a story {event_id!r}", errors=[Flaw("app_id", reason)])
    ((app_id, steps),) = found.items()
    return {"app_id": app_id, "steps": [json.loads(step.data) for step in steps]}


async def _read(request: Request, content: bytes) -> tuple[list[Envelope], bool]:
    """Check what came; streams need not wait while much of it is looked through."""
    if len(content) < _LARGE:
        return reading.read(request.headers.raw, content)
    return await asyncio.to_thread(reading.read, request.headers.raw, content)
