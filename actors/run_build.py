"""build-requested → build-succeeded | build-failed | build-superseded; deploy-requested, where that was asked for.

Makes a release of an app. Of what is asked for one environment the newest is built, and those before it end at once,
also the one that is being built. The same files are the same release, and nothing has to be made.
"""

import json
import threading

from actors.builds.run import Run, Source
from actors.builds.verdict import Verdict, failed, succeeded
from actors.runtime.actor import lane
from actors.runtime.job import Said
from actors.runtime.lane import Turn
from actors.runtime.telemetry import Metrics
from contracts.build import BuildFailed, BuildRequested, BuildSucceeded, BuildSuperseded
from contracts.deploy import DeployRequested
from contracts.errors import Snooze
from contracts.event import Envelope
from contracts.settings import Settings
from edge.builder.process import Stopped, Superseded
from edge.builder.room import Flawed, Room
from edge.graph import Problem
from sql import builds, releases
from sql.builds import Wanted
from sql.database import Tx, transaction

#: A build has both processors of a small machine for itself; more at once would only all be late.
_AT_ONCE = 2
_LATER_SECONDS = 0.5
_SURPRISES = 3


class Yard:
    """A room to build in, and how many may."""

    def __init__(self, settings: Settings) -> None:
        self.room = Room(settings)
        self.places = threading.BoundedSemaphore(_AT_ONCE)
        self.metrics: Metrics | None = None

    def measure(self, metrics: Metrics) -> None:
        """Let the builds' times be seen."""
        self.metrics = metrics

    def close(self) -> None:
        """End what runs."""
        self.room.close()


def note(tx: Tx, cause: Envelope, event: BuildRequested) -> None:
    """Write down what is asked for, so that each request comes to an end."""
    builds.note(tx, cause, event.environment)


@lane(
    on=BuildRequested,
    emits=(BuildSucceeded, BuildFailed, BuildSuperseded, DeployRequested),
    using=Yard,
    apart=lambda event: event.environment,
    note=note,
)
def run_build(turn: Turn, yard: Yard) -> None:
    """Build the newest that was asked for, and end the others."""
    waiting = _waiting(turn)
    for one in waiting[:-1]:
        supersede(turn, one, waiting[-1].build_id)
    if not waiting:
        with turn.settle():
            return
    run = Run.of(turn, waiting[-1])
    try:
        verdict = decide(yard, run)
    except Superseded:
        supersede(turn, run.build, _waiting(turn)[-1].build_id)
        with turn.settle():  # the newer one's turn is next
            return
    turn.waited = run.seconds  # its time was no other app's
    with turn.settle() as tx:
        verdict.keep(tx, run)
        for fact in verdict.facts:
            turn.emit(fact, run.build.cause)
    if yard.metrics is not None:
        yard.metrics.build_seconds.labels(run.asked.environment).observe(run.seconds)


def supersede(turn: Turn, one: Wanted, by: str) -> None:
    """End a build for a newer one, and say so in its story, once."""
    fact = BuildSuperseded(build_id=one.build_id, by=by)
    with transaction(turn.pool, turn.app_id) as tx:
        ended = builds.supersede(tx, turn.app_id, one.build_id, by)
        written = turn.write(tx, [Said(fact, one.cause)]) if ended else None
    if written is not None:
        turn.hand_over(written)


def decide(yard: Yard, run: Run) -> Verdict:
    """Find the release that was made of the same, or make it, or say why there is none."""
    try:
        source = run.source()
        key = yard.room.key(source.files)
        with transaction(run.turn.pool, run.turn.app_id) as tx:
            known = releases.of_source(tx, run.turn.app_id, key)
            builds.begin(tx, run.turn.app_id, run.build.build_id, source.version, key)
        if known is not None:
            run("cached", "the same files were built before", 90)
            return succeeded(run, known)
        if not yard.places.acquire(blocking=False):
            raise Snooze(_LATER_SECONDS)
        try:
            return make(yard.room, run, source, key)
        finally:
            yard.places.release()
    except Flawed as flawed:
        return failed(run, flawed.step, flawed.problem)


def make(room: Room, run: Run, source: Source, key: bytes) -> Verdict:
    """Build it; what surprises us again and again is told like any other failure."""
    try:
        built = room.build(run.turn.app_id, source.files, run.shelf(source), run, run.is_overtaken)
    except (Flawed, Superseded):
        raise
    except Stopped as stopped:
        return failed(run, "building", Problem("", f"The build was ended: {stopped}"))
    except Exception as error:
        if run.turn.attempt < _SURPRISES:
            raise
        words = f"The build failed {run.turn.attempt} times, last with {type(error).__name__}"
        return failed(run, "building", Problem("", words))
    run("keeping", "keeping the release", 95)
    made = (built.manifest.release_id, json.dumps(built.sizes()), json.dumps(built.report), list(built.warnings))
    return succeeded(run, made, (built, source, key))


def _waiting(turn: Turn) -> list[Wanted]:
    with transaction(turn.pool, turn.app_id) as tx:
        return builds.waiting(tx, turn.app_id, turn.part)
