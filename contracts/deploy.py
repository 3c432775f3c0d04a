"""Deploys: a release made live, verified, or taken back."""

from typing import ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from contracts.build import Environment
from contracts.event import Event, Word

Target = Literal["local", "cloudflare", "github", "deno"]

_DEPLOYMENTS = UUID("b3a7f6d2-41d5-5b0e-9f43-0c9e7a1d2f60")


def deployment_id(source: str, event_id: str) -> str:
    """Return what the deployment is called that an event asks for; a repeated event asks for the same."""
    return str(uuid5(_DEPLOYMENTS, f"{source}\n{event_id}"))


class DeployRequested(Event):
    """Someone wants a release live; without a build, one is asked for first."""

    kind: ClassVar = "deploy-requested"
    environment: Environment
    build_id: Word | None = None
    release_id: Word | None = None
    target: Target | None = None
    canary_percent: int | None = Field(default=None, ge=0, le=100)


class RollbackRequested(Event):
    """Someone wants an earlier release back; by default the one before."""

    kind: ClassVar = "rollback-requested"
    environment: Environment
    release_id: Word | None = None


class DeploySucceeded(Event):
    """The release answers under its URL."""

    kind: ClassVar = "deploy-succeeded"
    deployment_id: str
    environment: Environment
    url: str
    release_id: str
    target: Target
    namespace: str | None = None
    script_name: str | None = None
    canary_percent: int | None = None
    seconds: float


class DeployFailed(Event):
    """The release is not live; what was live before still is."""

    kind: ClassVar = "deploy-failed"
    deployment_id: str
    environment: Environment
    step: str
    reason: str
    target: Target
    fallback_triggered: bool


class DeployRolledBack(Event):
    """An earlier release is live again."""

    kind: ClassVar = "deploy-rolled-back"
    environment: Environment
    release_id: str
    from_release_id: str
    because: str
    deployment_id: str | None = None
    url: str | None = None
    seconds: float | None = None


class FallbackNeeded(Event):
    """The deploy failed and a person has to act."""

    kind: ClassVar = "fallback-needed"
    deployment_id: str
    environment: Environment
    reason: str
