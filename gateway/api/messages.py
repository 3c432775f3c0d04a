"""`GET /v1/apps/{app}/messages/{message_id}`: the tools of a chat message, whole, and where to go on."""

import json
from typing import Any

from fastapi import APIRouter, Depends

from contracts.app import app_id_flaw
from gateway import conversation, sse
from gateway.parts import Parts
from gateway.problem import Problem
from sql import messages

_ABOUT = (
    "What the stream's `progress`, `tool-completed` and `tool-failed` say of the message, put together: by iteration, "
    "in index order. To follow it, open `stream.url` with `stream.head` as `last_event_id`, and take each step in."
)
_CALL = {
    "tool_index": 0,
    "attempt": 1,
    "status": "completed",
    "tool": "os-write",
    "progress": 100,
    "stage": "complete",
    "message": "",
    "stages": [{"stage": "analyzing", "progress": 10, "at": "2026-01-31T12:00:00.000+00:00"}],
    "started_at": "2026-01-31T12:00:00.000+00:00",
    "ended_at": "2026-01-31T12:00:00.120+00:00",
    "details": {"file_size": 36, "lines": 1},
    "reason": None,
    "nearest": None,
}
_TOTAL = {name: _CALL[name] for name in ("status", "progress", "started_at", "ended_at")}
_FLOW = {
    "app_id": "demo",
    "message_id": "msg_7",
    "seq": 42,
    **_TOTAL,
    "conversation_flow": [{"type": "grouped_tools", "iteration": 0, **_TOTAL, "calls": [_CALL]}],
    "stream": {"head": "3f9a1c2b7d.42", "url": "/v1/apps/demo/events"},
}


def router(parts: Parts) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["messages"])

    @routes.get(
        "/v1/apps/{app_id}/messages/{message_id}",
        summary="The tools of a message",
        description=_ABOUT,
        dependencies=[Depends(parts.guard.may("viewer"))],
        responses={200: {"content": {"application/json": {"example": _FLOW}}}},
    )
    async def show_message(app_id: str, message_id: str) -> dict[str, Any]:
        if not app_id_flaw(app_id) and "\0" not in message_id:
            async with parts.history.connection() as tx:
                epoch = parts.history.epoch
                head, steps = await messages.said(tx, app_id, message_id)
            if steps:
                picture = conversation.whole(message_id, (json.loads(step.data) for step in steps))
                stream = {"head": sse.cursor(epoch, head), "url": f"/v1/apps/{app_id}/events"}
                return {"app_id": app_id, **picture, "stream": stream}
        raise Problem(404, f"nothing is known, or nothing yet, of the message {message_id!r}")

    return routes
