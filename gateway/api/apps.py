"""`/v1/apps`: which there are, a new one, and the whole state of one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from contracts.app import AppCreated, AppId, app_id_flaw
from contracts.errors import Flaw
from contracts.event import Model
from gateway.auth import Caller
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.state import described
from sql import apps

_CREATED_WITHIN = 2.0


class NewApp(AppCreated):
    """The app that is wanted."""

    app_id: AppId = Field(examples=["demo"])


class Listing(Model):
    """One page of apps."""

    apps: list[dict[str, Any]] = Field(examples=[[{"app_id": "demo", "name": "Demo", "version": 3}]])
    next: str | None = Field(description="send as ?after= for the next page")


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["apps"])
    reader, publisher = parts.guard.may_anywhere("viewer"), parts.guard.may_anywhere("publisher")

    @routes.get("/v1/apps", summary="List the apps the token is for")
    async def list_apps(
        caller: Annotated[Caller, Depends(reader)],
        after: str = "",
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> Listing:
        if caller.holds_every_app:
            caller.must_be("operator")
        async with parts.pool.connection() as tx:
            found = await apps.page(tx, None if caller.holds_every_app else sorted(caller.apps), after, limit)
        listed = [
            {"app_id": app.app_id, "name": app.name, "version": app.version, "created_at": app.created_at.isoformat()}
            for app in found
        ]
        return Listing(apps=listed, next=found[-1].app_id if len(found) == limit else None)

    @routes.post("/v1/apps", summary="Create an app", status_code=201, responses={202: {"description": "Accepted"}})
    async def create_app(
        wanted: NewApp, caller: Annotated[Caller, Depends(publisher)], response: Response
    ) -> dict[str, Any]:
        caller.must_hold(wanted.app_id)
        event = AppCreated.parse(wanted.model_dump(exclude={"app_id"}))
        answer = await parts.asker.ask(wanted.app_id, event, patience=_CREATED_WITHIN)
        if answer.step is None:
            response.status_code = 202
            return {"app_id": wanted.app_id, "event_id": answer.event_id, "story_url": answer.story_url}
        if answer.step.get("stage") == "failed":
            raise Problem(422, answer.step["message"], errors=[Flaw("app_id", answer.step["message"])])
        response.headers["location"] = f"/v1/apps/{wanted.app_id}"
        return await described(parts.settings, parts.history, parts.previews.passes, wanted.app_id)

    @routes.get("/v1/apps/{app_id}", summary="The whole state of an app")
    async def show_app(app_id: str, _caller: Annotated[Caller, Depends(parts.guard.may("viewer"))]) -> dict[str, Any]:
        if app_id_flaw(app_id):
            raise Problem(404, f"there is no app {app_id!r}")
        state = await described(parts.settings, parts.history, parts.previews.passes, app_id)
        if state["created_at"] is None:
            raise Problem(404, f"there is no app {app_id!r}")
        return state

    return routes
