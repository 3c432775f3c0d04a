"""A deployment on its way back: an earlier release is shown again, which as a rule is still where it was."""

from actors.deploys.flip import flip
from actors.deploys.forward import named, publish
from actors.deploys.journey import Failed, Journey
from sql import deployments, pointers
from sql.database import Tx
from sql.pointers import Shown


def go_back(journey: Journey) -> None:
    """Show the release that was asked for, or end a trial, or show what was shown before."""
    journey.step = "rollback"
    with journey.look() as tx:
        now = pointers.read(tx, journey.app_id, journey.environment)
        to = _wanted(journey, tx, now)
        behind = now.previous_release_id
        if to != now.release_id:
            behind = deployments.before(tx, journey.app_id, journey.environment, to)
    publish(journey, to)
    flip(journey, lambda now: now.back_at(to, behind))


def _wanted(journey: Journey, tx: Tx, now: Shown) -> str:
    if journey.deployment.release_id is not None:
        return named(tx, journey.app_id, journey.deployment.release_id)
    to = now.release_id if now.canary_release_id else now.previous_release_id
    if to is None:
        raise Failed(f"nothing else was shown in {journey.environment} before")
    return to


def take_back(journey: Journey) -> None:
    """Show what was shown before a deployment that has sickened, unless something else is shown by now."""
    one = journey.deployment
    with journey.look() as tx:
        now = pointers.read(tx, journey.app_id, journey.environment)
        before = Shown.of(deployments.before_it(tx, journey.app_id, one.returns or ""))
    if now.deployment_id == one.returns and before.release_id is not None:
        publish(journey, before.release_id)
        flip(journey, lambda _now: before)
        return
    with journey.turn.meanwhile() as tx:
        deployments.finish(tx, journey.app_id, one.deployment_id, "superseded", reason=one.reason)
