"""deploy-requested → deploy-succeeded | deploy-failed; rollback-requested → deploy-rolled-back | deploy-failed.

One turn at a time for each environment of an app; the newest wins, and those before it are told. A release is published
beside what is live, looked at through the edge before anybody sees it, and then shown: what was live before is
untouched until then, and a step away afterwards. Without a build, one is asked for and goes on here when it is there.
"""

import time

from actors.deploys import course, ending
from actors.deploys.desk import Desk
from actors.deploys.journey import Journey
from actors.deploys.order import decide, why
from actors.deploys.watch import watch
from actors.runtime.actor import lane
from actors.runtime.lane import Turn
from contracts.build import BuildFailed, BuildRequested, BuildSuperseded
from contracts.cloudevents import encode
from contracts.deploy import (
    DeployFailed,
    DeployRequested,
    DeployRolledBack,
    DeploySucceeded,
    RollbackRequested,
    deployment_id,
)
from contracts.event import Envelope, Event
from sql import deployments
from sql.database import Tx, transaction
from sql.deployments import Deployment

_DEFAULT = "local"


def apart(event: DeployRequested | RollbackRequested | BuildFailed | BuildSuperseded) -> str:
    """Return the environment: each has turns of its own."""
    return event.environment or "production"


def note(tx: Tx, envelope: Envelope, event: Event) -> None:
    """Write down what is asked for, or that the build will not come which somebody waits for."""
    match event:
        case BuildFailed(message=message, file=file, line=line):
            where = ":".join(str(part) for part in (file, line) if part is not None)
            reason = f"{where}: {message}" if where else message
            deployments.lose(tx, envelope.app_id, causation_id=envelope.causation_id, reason=reason)
        case BuildSuperseded(by=by):
            reason = f"its build was superseded by {by}"
            deployments.lose(tx, envelope.app_id, causation_id=envelope.causation_id, reason=reason)
        case DeployRequested() | RollbackRequested():
            deployments.ask(
                tx,
                envelope.app_id,
                deployment_id=deployment_id(envelope.source, envelope.event_id),
                environment=event.environment,
                event_id=envelope.event_id,
                story_id=envelope.story_id or envelope.event_id,
                cause=encode(envelope),
                causation_id=envelope.causation_id,
                **_wanted(event),
            )


def _wanted(event: DeployRequested | RollbackRequested) -> dict[str, str | int | None]:
    if isinstance(event, RollbackRequested):
        return {
            "kind": "rollback",
            "target": _DEFAULT,
            "build_id": None,
            "release_id": event.release_id,
            "canary_percent": None,
        }
    return {
        "kind": "deploy",
        "target": event.target or _DEFAULT,
        "build_id": event.build_id,
        "release_id": event.release_id,
        "canary_percent": event.canary_percent,
    }


@lane(
    on=(DeployRequested, RollbackRequested, BuildFailed, BuildSuperseded),
    emits=(DeploySucceeded, DeployFailed, DeployRolledBack, BuildRequested),
    using=Desk,
    apart=apart,
    note=note,
    sweep=watch,
)
def run_deploy(turn: Turn, desk: Desk) -> None:
    """Bring what is asked for to its end, one after the other, until nothing is left to do now."""
    began = time.monotonic()
    while (chosen := _next(turn, desk)) is not None:
        course.run(Journey(turn, desk, chosen))
    turn.waited = time.monotonic() - began  # for disks and answers: none of it is the app's share of a worker
    with turn.settle():
        pass


def _next(turn: Turn, desk: Desk) -> Deployment | None:
    """Return what to do next, once those have been told that it makes pointless."""
    with transaction(turn.pool, turn.app_id) as tx:
        pending = deployments.pending(tx, turn.app_id, turn.part)
    order = decide(pending)
    for each, newer in order.pointless:
        ending.supersede(Journey(turn, desk, each), why(newer))
    return order.chosen
