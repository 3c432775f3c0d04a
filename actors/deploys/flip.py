"""The flip: what visitors are shown is decided in the database, under the lease, and the place follows.

A place never takes an older decision for a newer one, so that whoever comes late with his changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from actors.deploys.ending import succeed
from actors.deploys.journey import Journey
from edge.targets.target import Canary, Pointer
from sql import deployments, pointers
from sql.pointers import Shown

_CONFIRM_SECONDS = 6


def flip(journey: Journey, decide: Callable[[Shown], Shown], *, watched: str | None = None) -> None:
    """Decide what visitors are shown, and have it shown; note how a release fares whose health is to be watched."""
    one = journey.deployment
    reading = journey.place.health(journey.environment, journey.app_id, watched) if watched else None
    with journey.turn.meanwhile() as tx:
        journey.must_be_wanted(tx)
        before = pointers.read(tx, journey.app_id, journey.environment)
        to = replace(decide(before), deployment_id=one.deployment_id)
        shown = pointers.flip(tx, journey.app_id, journey.environment, to, target=one.target)
        deployments.flipped(tx, journey.app_id, one.deployment_id, before, reading.text() if reading else None)
    journey.deployment = replace(one, before=before.text(), flipped=True)
    show(journey, shown)


def show(journey: Journey, shown: Shown) -> None:
    """Let the place follow, see that it has, and say so."""
    journey.step = "flip"
    shown = point(journey, shown)
    visible = frozenset(filter(None, (shown.release_id, shown.canary_release_id)))
    journey.until_good(
        lambda: journey.place.shown(journey.environment, journey.app_id, visible), _CONFIRM_SECONDS, patient=True
    )
    succeed(journey, shown)


def undo(journey: Journey, reason: str) -> None:
    """Show again what was shown before this deployment, which could not be shown."""
    one = journey.deployment
    with journey.turn.meanwhile() as tx:
        if one.flipped:
            before = Shown.of(one.before)
            shown = pointers.flip(tx, journey.app_id, journey.environment, before, target=one.target)
            deployments.step(tx, journey.app_id, one.deployment_id, "return", reason)
        else:  # whoever began this got as far
            shown = pointers.read(tx, journey.app_id, journey.environment)
    point(journey, shown)


def point(journey: Journey, shown: Shown) -> Shown:
    """Let the place follow the database; where nothing was ever shown there is nothing to follow.

    A place that knows of later decisions than a database whose lease is ours has seen that one before it was restored.
    """
    if shown.release_id is None:
        return shown
    held = _write(journey, shown.release_id, shown)
    if held > shown.n:
        with journey.turn.meanwhile() as tx:
            about = journey.app_id, journey.environment
            shown = pointers.flip(tx, *about, shown, target=journey.deployment.target, past=held)
        _write(journey, shown.release_id or "", shown)
    return shown


def _write(journey: Journey, release_id: str, shown: Shown) -> int:
    canary = Canary(shown.canary_release_id, shown.canary_percent or 0) if shown.canary_release_id else None
    pointer = Pointer(shown.n, release_id, shown.previous_release_id, canary)
    return journey.place.point(journey.environment, journey.app_id, pointer)
