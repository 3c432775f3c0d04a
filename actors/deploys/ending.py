"""How a deployment ends: what is written down, and what those are told who wait for it."""

from typing import cast

from actors.deploys.journey import Journey
from contracts.build import Environment
from contracts.deploy import DeployFailed, DeployRolledBack, DeploySucceeded
from contracts.event import Event
from sql import deployments, releases
from sql.pointers import Shown

_ASKED_FOR = "it was asked for"


def succeed(journey: Journey, shown: Shown) -> None:
    """Say that visitors are shown what they were to be shown."""
    one, watch = journey.deployment, journey.desk.settings.watch_seconds
    with journey.turn.meanwhile() as tx:
        if one.kind == "deploy":
            seconds = deployments.finish(tx, journey.app_id, one.deployment_id, "succeeded", watch=watch)
            release_id = shown.canary_release_id or shown.release_id or ""
            manifest = releases.manifest(tx, journey.app_id, release_id)
            script = journey.place.script_name(journey.app_id, manifest) if manifest else None
            fact: Event = DeploySucceeded(
                **_about(journey),
                url=journey.place.url(journey.app_id, journey.environment),
                release_id=release_id,
                script_name=script,
                canary_percent=shown.canary_percent,
                seconds=seconds,
            )
        else:
            seconds = deployments.finish(tx, journey.app_id, one.deployment_id, "succeeded", reason=one.reason)
            if one.returns:
                deployments.taken_back(tx, journey.app_id, one.returns, one.reason)
            fact = _went_back(journey, shown, seconds)
        journey.turn.emit(fact, journey.cause)
    if one.kind != "rollback":  # to go back is no deployment; to be taken back is what became of one
        journey.desk.ended(one.target, "succeeded" if one.kind == "deploy" else "returned", seconds)


def fail(journey: Journey, reason: str) -> None:
    """Say at which step it failed, and why; what was live before still is."""
    one = journey.deployment
    with journey.turn.meanwhile() as tx:
        deployments.step(tx, journey.app_id, one.deployment_id, journey.step)
        seconds = deployments.finish(tx, journey.app_id, one.deployment_id, "failed", reason=reason)
        _tell(journey, journey.step, reason)
    journey.desk.ended(one.target, "failed", seconds)


def supersede(journey: Journey, reason: str) -> None:
    """Say that something else made it pointless."""
    with journey.turn.meanwhile() as tx:
        deployments.finish(tx, journey.app_id, journey.deployment.deployment_id, "superseded", reason=reason)
        _tell(journey, "queue", reason)


def _tell(journey: Journey, step: str, reason: str) -> None:
    fact = DeployFailed(**_about(journey), step=step, reason=reason, fallback_triggered=False)
    journey.turn.emit(fact, journey.cause)


def _about(journey: Journey) -> dict[str, str]:
    return {
        "deployment_id": journey.deployment.deployment_id,
        "environment": journey.environment,
        "target": journey.deployment.target,
    }


def _went_back(journey: Journey, shown: Shown, seconds: float) -> DeployRolledBack:
    before = Shown.of(journey.deployment.before)
    return DeployRolledBack(
        environment=cast("Environment", journey.environment),
        release_id=shown.release_id or "",
        from_release_id=before.canary_release_id or before.release_id or "",
        because=journey.deployment.reason or _ASKED_FOR,
        deployment_id=journey.deployment.deployment_id,
        url=journey.place.url(journey.app_id, journey.environment),
        seconds=seconds,
    )
