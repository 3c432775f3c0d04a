"""`/v1/apps/{app}/auth`: whose tokens an app believes besides its own, and who tried what was not theirs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from contracts.app import app_id_flaw
from contracts.event import Model
from gateway.parts import Parts
from gateway.problem import Problem
from gateway.runtime.keyring import Ring
from sql import violations
from sql.database import enter


class Believed(Model):
    """Another issuer of an app's users; one of both, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    jwks_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        max_length=2_000,
        description="where its public keys are; tokens carry the audience `app:{app_id}` or `app_metadata.app_id`",
    )
    supabase_jwt_secret: str | None = Field(
        default=None, min_length=32, max_length=2_000, repr=False, description="a Supabase project's, for HS256"
    )


def router(parts: Parts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1/apps/{app_id}", tags=["sign-in"])
    editor = Depends(parts.guard.may("editor"))

    @routes.get("/auth", summary="Whose tokens the app believes besides its own", dependencies=[editor])
    async def show(app_id: str) -> dict[str, Any]:
        return _shown(await parts.runtime.keyring.of(_checked(app_id)))

    @routes.put("/auth", summary="Say whose tokens the app believes; what is absent is believed no more")
    async def change(app_id: str, wanted: Believed, _caller: Annotated[Any, editor]) -> dict[str, Any]:
        keyring = parts.runtime.keyring
        await keyring.of(_checked(app_id), within=0)
        await keyring.believe(app_id, jwks_url=wanted.jwks_url, secret=wanted.supabase_jwt_secret)
        return _shown(await keyring.of(app_id))

    @routes.get("/violations", summary="What was refused to whom, by the minute", dependencies=[editor])
    async def refused(app_id: str, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> dict[str, Any]:
        async with parts.pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, _checked(app_id))
            found = await violations.newest(tx, app_id, limit)
        names = violations.Violation.__match_args__
        return {"violations": [{name: getattr(each, name) for name in names} for each in found]}

    return routes


def _checked(app_id: str) -> str:
    if app_id_flaw(app_id):
        raise Problem(404, f"there is no app {app_id!r}")
    return app_id


def _shown(ring: Ring) -> dict[str, Any]:
    """Return what was said, but no secret."""
    return {"jwks_url": ring.jwks_url, "supabase_jwt_secret": None if ring.secret is None else "••••••••"}
