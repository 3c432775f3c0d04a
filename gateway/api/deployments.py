"""`/v1/apps/{app}/deployments`, `rollback`, `deployment/status`: what is live where, making it so, and going back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ConfigDict, Field

from contracts.app import app_id_flaw
from contracts.build import Environment
from contracts.deploy import DeployFailed, DeployRequested, RollbackRequested, Target, deployment_id
from contracts.event import Envelope, Model, Word
from gateway import environments
from gateway.api.answers import Answers
from gateway.ask import SOURCE
from gateway.parts import Parts
from gateway.problem import Problem
from sql import deployments
from sql.database import AsyncTx, enter
from sql.deployments import Listed

_ROLLED_BACK_WITHIN = 10.0
_RUNNING = frozenset({"queued", "building", "running", "lost"})
_NEWEST = 2**62
_BACK: Answers = {
    202: {"description": "Accepted, not done yet"},
    409: {"description": "There is nothing to go back to, or that could not be shown"},
}


class NewDeployment(Model):
    """What is to be live: a release, a build, what another environment shows, or else the app as it is, built anew."""

    model_config = ConfigDict(extra="forbid")

    environment: Environment = "production"
    build_id: Word | None = None
    release_id: Word | None = Field(default=None, description="its name, or how that begins")
    promote: Environment | None = Field(default=None, description="the environment whose release it is to be")
    target: Target | None = None
    canary_percent: int | None = Field(default=None, ge=0, le=100, description="for so many visitors; 0 ends a trial")


class Rollback(Model):
    """Where to go back, and to what: by default the release before."""

    model_config = ConfigDict(extra="forbid")

    environment: Environment = "production"
    release_id: Word | None = None


class Accepted(Model):
    """A deployment that will not be lost any more, and where to read how it goes."""

    deployment_id: str
    event_id: str
    story_url: str


class Status(Model):
    """How an environment is, for a program that waits for it."""

    status: Literal["healthy", "deploying", "failed"]
    environment: str
    release_id: str | None
    url: str
    method: str
    reason: str | None


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1/apps/{app_id}", tags=["releases"])
    viewer, editor = Depends(parts.guard.may("viewer")), Depends(parts.guard.may("editor"))

    @routes.get("/deployments", summary="List deployments, the newest first", dependencies=[viewer])
    async def list_deployments(
        app_id: str,
        environment: Environment | None = None,
        before: Annotated[int, Query(ge=0, le=_NEWEST, description="only those before this n")] = _NEWEST,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        async with _look(parts, app_id) as tx:
            found = await deployments.read_page(tx, app_id, limit, before=before, environment=environment)
        more = found[-1].n if len(found) == limit else None
        return {"deployments": [environments.view(each) for each in found], "next": more}

    @routes.post("/deployments", summary="Make a release live", status_code=202, dependencies=[editor])
    async def deploy(app_id: str, wanted: NewDeployment) -> Accepted:
        event = await _wanted(parts, app_id, wanted)
        about: dict[str, Any] = {"source": SOURCE, "kind": event.kind, "app_id": app_id, "data": event.data()}
        accepted = await parts.intake.accept(Envelope(event_id=str(uuid4()), **about))
        named = deployment_id(SOURCE, accepted.event_id)
        return Accepted(deployment_id=named, event_id=accepted.event_id, story_url=accepted.story_url)

    @routes.post("/rollback", summary="Go back to an earlier release", dependencies=[editor], responses=_BACK)
    async def roll_back(app_id: str, wanted: Rollback, response: Response) -> dict[str, Any]:
        event = RollbackRequested(**wanted.model_dump())
        answer = await parts.asker.ask(app_id, event, patience=_ROLLED_BACK_WITHIN)
        if answer.step is None:
            response.status_code = 202
            return {"event_id": answer.event_id, "story_url": answer.story_url}
        if answer.step["kind"] == DeployFailed.kind:
            raise Problem(409, f"{answer.step['step']}: {answer.step['reason']}")
        return answer.step

    @routes.get("/deployment/status", summary="Tell a waiting program how it is", dependencies=[viewer])
    async def show_status(app_id: str, environment: Environment = "production") -> Status:
        async with _look(parts, app_id) as tx:
            last = await deployments.read_page(tx, app_id, 1, environment=environment)
            shown = await environments.environments(parts.settings, tx, app_id)
        if not last:
            raise Problem(404, f"nothing was deployed to {environment} yet")
        url = parts.settings.app_url(app_id, environment)
        return _status(last[0], shown.get(environment, {}).get("release_id"), url)

    return routes


@asynccontextmanager
async def _look(parts: Parts, app_id: str) -> AsyncIterator[AsyncTx]:
    """Read about an app."""
    if app_id_flaw(app_id):
        raise Problem(404, f"there is no app {app_id!r}")
    async with parts.pool.connection() as tx, tx.transaction():
        await enter(tx, app_id)
        yield tx


async def _wanted(parts: Parts, app_id: str, wanted: NewDeployment) -> DeployRequested:
    """Return what is asked for, in words that the fleet knows: a release is promoted by its name."""
    asked = wanted.model_dump(exclude={"promote"})
    if wanted.promote is not None:
        async with _look(parts, app_id) as tx:
            shown = await environments.environments(parts.settings, tx, app_id)
        asked["release_id"] = shown.get(wanted.promote, {}).get("release_id")
        if asked["release_id"] is None:
            raise Problem(409, f"{wanted.promote} shows no release")
    return DeployRequested(**asked)


def _status(last: Listed, release_id: str | None, url: str) -> Status:
    return Status(
        status="deploying" if last.status in _RUNNING else "failed" if last.status == "failed" else "healthy",
        environment=last.environment,
        release_id=release_id,
        url=url,
        method=last.target,
        reason=last.reason,
    )
