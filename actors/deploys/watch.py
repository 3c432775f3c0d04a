"""The health of what was deployed lately, looked at every second: what sickens is taken back by itself."""

from actors.deploys.desk import Desk
from actors.runtime.job import Announcer
from edge.targets.target import Reading
from sql import deployments, lanes
from sql.database import Pool, transaction
from sql.deployments import Watched
from sql.pointers import Shown

#: Fewer errors than these may be anything.
_ERRORS = 5
_PART = 0.5


def watch(pool: Pool, _outlet: Announcer, desk: Desk) -> None:
    """Look after everything that is due."""
    with transaction(pool, "") as tx:
        due = deployments.to_watch(tx)
    for app_id, deployment_id in due:
        with transaction(pool, app_id) as tx:
            watched = deployments.look(tx, app_id, deployment_id)
        if watched is not None:
            _look_after(pool, desk, app_id, deployment_id, watched)


def _look_after(pool: Pool, desk: Desk, app_id: str, deployment_id: str, watched: Watched) -> None:
    reading = desk.place(watched.target).health(watched.environment, app_id, watched.release_id)
    if reading is None:
        return
    first = Reading.of(watched.reading) if watched.reading else None
    with transaction(pool, app_id) as tx:
        if first is None or first.since != reading.since:
            deployments.note_reading(tx, app_id, deployment_id, reading.text())
        elif (reason := sickness(first, reading)) and Shown.of(watched.before).release_id is not None:
            asked = deployments.sicken(tx, app_id, deployment_id, reason)
            if asked is not None:
                environment, cause = asked
                lanes.want(tx, app_id, f"run_deploy/{environment}", cause)


def sickness(first: Reading, now: Reading) -> str | None:
    """Say what is wrong with a release, by how it has fared since the first reading."""
    if now.left_out and now.strikes > first.strikes:
        return f"it sickened: {now.left_out}"
    if now.strikes > first.strikes:
        return "it sickened: it took down what it runs in"
    errors, requests = now.errors - first.errors, now.requests - first.requests
    if errors >= _ERRORS and errors >= requests * _PART:
        return f"it sickened: {errors} of {requests} requests failed"
    return None
