"""`PUT /v1/apps/{app}/preview`: who may look at an app's preview, and whose pages may frame it."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, ConfigDict, Field

from contracts.app import app_id_flaw
from contracts.event import Model
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.state import described
from sql import pages

#: As in the policy it becomes a part of: an origin, perhaps of all hosts under one, or everybody.
_ANCESTOR = re.compile(
    r"\*|https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::(?:[0-9]{1,5}|\*))?", re.IGNORECASE
)


def _checked(ancestor: str) -> str:
    if not _ANCESTOR.fullmatch(ancestor):
        raise ValueError("must be an origin as https://editor.example or https://*.editor.example, or *")
    return ancestor


class PreviewSettings(Model):
    """What is to change; what is absent or null stays as it was."""

    model_config = ConfigDict(extra="forbid")

    private: bool | None = Field(
        default=None, description="whether it takes a pass to look; an app that nobody said anything of is private"
    )
    frame_ancestors: list[Annotated[str, AfterValidator(_checked)]] | None = Field(
        default=None,
        max_length=20,
        examples=[["https://editor.example"]],
        description="whose pages may frame it, besides its own: these and no others",
    )


_ABOUT = (
    'Only what is given is changed: `{"private": false}` leaves frame_ancestors alone, and the other way round. '
    "Once an app is private, the pages of those without a pass hear of no further change."
)


def router(parts: Parts) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["previews"])
    editor, title = Depends(parts.guard.may("editor")), "Say who may look at the preview"

    @routes.put("/v1/apps/{app_id}/preview", summary=title, description=_ABOUT, dependencies=[editor])
    async def set_preview(app_id: str, wanted: PreviewSettings) -> dict[str, Any]:
        private = None
        if not app_id_flaw(app_id):
            async with parts.pool.connection() as tx:
                private = await pages.configure(tx, app_id, **dict(wanted))
        if private is None:
            raise Problem(404, f"there is no app {app_id!r}")
        if private:
            parts.previews.guests.send_away(app_id)
        state = await described(parts.settings, parts.history, parts.previews.passes, app_id)
        found: dict[str, Any] = state["preview"]
        return found

    return routes
