"""`PUT /v1/apps/{app}/preview`: who may look at an app's preview, and whose pages may frame it."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field

from contracts.app import app_id_flaw
from contracts.event import Model
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.state import described
from sql import pages
from sql.pages import Access

#: As in the policy it becomes a part of: an origin, perhaps of all hosts under one, or everybody.
_ANCESTOR = re.compile(
    r"\*|https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::(?:[0-9]{1,5}|\*))?", re.IGNORECASE
)


def _checked(ancestor: str) -> str:
    if not _ANCESTOR.fullmatch(ancestor):
        raise ValueError("must be an origin as https://editor.example or https://*.editor.example, or *")
    return ancestor


class PreviewSettings(Model):
    """What is to hold from now on."""

    private: bool = True
    frame_ancestors: list[Annotated[str, AfterValidator(_checked)]] = Field(
        default=[], max_length=20, examples=[["https://editor.example"]]
    )


def router(parts: Parts) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["previews"])
    editor = Depends(parts.guard.may("editor"))

    @routes.put("/v1/apps/{app_id}/preview", summary="Say who may look at the preview", dependencies=[editor])
    async def set_preview(app_id: str, wanted: PreviewSettings) -> dict[str, Any]:
        access = Access(wanted.private, tuple(wanted.frame_ancestors))
        if app_id_flaw(app_id):
            raise Problem(404, f"there is no app {app_id!r}")
        async with parts.pool.connection() as tx:
            if not await pages.configure(tx, app_id, access):
                raise Problem(404, f"there is no app {app_id!r}")
        state = await described(parts.settings, parts.history, parts.previews.passes, app_id)
        found: dict[str, Any] = state["preview"]
        return found

    return routes
