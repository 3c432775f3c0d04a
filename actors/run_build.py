"""build-requested → build-succeeded | build-failed | build-superseded; deploy-requested, where that was asked for.

Makes a release of an app. Of what is asked for one environment the newest is built, and those before it end at once,
also the one that is being built. The same files are the same release, and nothing has to be made.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from actors.runtime.actor import lane
from actors.runtime.job import Said
from actors.runtime.lane import Turn
from actors.runtime.telemetry import Metrics
from contracts.build import BuildFailed, BuildRequested, BuildSucceeded, BuildSuperseded, Sizes
from contracts.deploy import DeployRequested
from contracts.errors import Snooze
from contracts.event import Envelope, Event
from contracts.progress import Progress
from contracts.settings import Settings
from edge.builder.process import Stopped, Superseded
from edge.builder.room import Built, Flawed, Room
from edge.graph import Problem
from sql import builds, releases, units
from sql.builds import End, Wanted
from sql.database import Tx, transaction
from sql.shelf import PostgresShelf

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


@dataclass
class Source:
    """What is built: files by their hashes, and contents."""

    version: int | None
    files: Mapping[str, bytes]
    contents: dict[bytes, bytes]
    key: bytes = b""


@dataclass
class Run:
    """One build on its way, and what it says, to its story and for later."""

    turn: Turn
    build: Wanted
    asked: BuildRequested
    source: Source
    began: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def __call__(self, stage: str, message: str, progress: int) -> None:
        """Say how far it is."""
        self.note(f"{stage}: {message}")
        step = Progress(stage=stage, message=message, progress=progress, details={"build_id": self.build.build_id})
        self.turn.progress(step, cause=self.build.cause)

    def note(self, line: str) -> None:
        """Write a line that nobody is told."""
        self.lines.append(f"{self.seconds:8.3f}  {line}")

    @property
    def seconds(self) -> float:
        """Return for how long it runs."""
        return round(time.monotonic() - self.began, 3)

    @property
    def text(self) -> str:
        """Return all that was said."""
        return "\n".join(self.lines) + "\n"


@dataclass(frozen=True)
class Verdict:
    """How a build ended: for its row, for its story, and what there is to keep."""

    end: End
    facts: tuple[Event, ...]
    built: Built | None = None


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
    with transaction(turn.pool, turn.app_id) as tx:
        waiting = builds.waiting(tx, turn.app_id, turn.part)
    for one in waiting[:-1]:
        supersede(turn, one, waiting[-1].build_id)
    if not waiting:
        with turn.settle():
            return
    newest = waiting[-1]
    asked = BuildRequested.parse(newest.cause.data)
    run = Run(turn, newest, asked, _source(turn, asked))
    try:
        verdict = _verdict(yard, run)
    except Superseded:
        _let_go(turn, newest)
        return
    turn.waited = run.seconds  # its time was no other app's
    with turn.settle() as tx:
        _keep(tx, run, verdict)
        for fact in verdict.facts:
            turn.emit(fact, newest.cause)
    if yard.metrics is not None:
        yard.metrics.build_seconds.labels(asked.environment).observe(run.seconds)


def supersede(turn: Turn, one: Wanted, by: str) -> None:
    """End a build for a newer one, and say so in its story, once."""
    asked = BuildRequested.parse(one.cause.data)
    fact = BuildSuperseded(build_id=one.build_id, by=by, environment=asked.environment)
    with transaction(turn.pool, turn.app_id) as tx:
        ended = builds.supersede(tx, turn.app_id, one.build_id, by)
        written = turn.write(tx, [Said(fact, one.cause)]) if ended else None
    if written is not None:
        turn.hand_over(written)


def _let_go(turn: Turn, build: Wanted) -> None:
    """End the build that ran when a newer one was asked for, whose turn is next."""
    with transaction(turn.pool, turn.app_id) as tx:
        newest = builds.waiting(tx, turn.app_id, turn.part)[-1]
    supersede(turn, build, newest.build_id)
    with turn.settle():
        return


def _source(turn: Turn, asked: BuildRequested) -> Source:
    with transaction(turn.pool, turn.app_id) as tx:
        if asked.release_id is None:
            return Source(*builds.source(tx, turn.app_id))
        manifest = releases.manifest(tx, turn.app_id, asked.release_id)
        files = {path: bytes.fromhex(one) for path, one in manifest.files.items()} if manifest else {}
        return Source(None, files, units.contents(tx, set(files.values())))


def _verdict(yard: Yard, run: Run) -> Verdict:
    """Find the release that was made of the same, or make it."""
    turn, build, source = run.turn, run.build, run.source
    source.key = yard.room.key(source.files)
    with transaction(turn.pool, turn.app_id) as tx:
        known = releases.of_source(tx, turn.app_id, source.key)
        builds.begin(tx, turn.app_id, build.build_id, source.version, source.key)
    if known is not None:
        run("cached", "the same files were built before", 90)
        return succeeded(run, known)
    if not yard.places.acquire(blocking=False):
        raise Snooze(_LATER_SECONDS)
    try:
        return _made(yard.room, run)
    finally:
        yard.places.release()


def _made(room: Room, run: Run) -> Verdict:
    turn, source = run.turn, run.source

    def unwanted() -> bool:
        with transaction(turn.pool, turn.app_id) as tx:
            return not builds.is_newest(tx, turn.app_id, turn.part, run.build.n)

    shelf = PostgresShelf(turn.pool, turn.app_id, source.contents)
    try:
        built = room.build(turn.app_id, source.files, shelf, run, unwanted)
    except Flawed as flawed:
        return failed(run, flawed.step, flawed.problem)
    except Superseded:
        raise
    except Stopped as stopped:
        return failed(run, "building", Problem("", f"The build was ended: {stopped}"))
    except Exception as error:
        if turn.attempt < _SURPRISES:
            raise
        words = f"The build failed {turn.attempt} times, last with {type(error).__name__}"
        return failed(run, "building", Problem("", words))
    run("keeping", "keeping the release", 95)
    row = (built.manifest.release_id, json.dumps(built.sizes()), json.dumps(built.report), list(built.warnings))
    return succeeded(run, row, built)


def succeeded(run: Run, made: tuple[str, str, str, list[str]], built: Built | None = None) -> Verdict:
    """Say what was made, and ask for its deploy where that is wanted."""
    build, asked = run.build, run.asked
    release_id, sizes, report, warnings = made
    for warning in warnings:
        run.note(f"warning: {warning}")
    run.note(f"release {release_id}")
    fact = BuildSucceeded(
        build_id=build.build_id,
        environment=asked.environment,
        release_id=release_id,
        seconds=run.seconds,
        sizes=Sizes(**json.loads(sizes)),
        warnings=tuple(warnings),
    )
    deploy = (DeployRequested(environment=asked.environment, build_id=build.build_id),) if asked.deploy else ()
    end = End("succeeded", run.seconds, release_id, None, None, sizes, report, warnings, run.text)
    return Verdict(end, (fact, *deploy), built)


def failed(run: Run, step: str, problem: Problem) -> Verdict:
    """Say what is wrong, and where."""
    build, asked = run.build, run.asked
    place = ":".join(str(one) for one in (problem.file, problem.line) if one)
    run.note(f"{step} failed: {place} {problem.message}\n{problem.frame or ''}".rstrip())
    fact = BuildFailed(
        build_id=build.build_id,
        environment=asked.environment,
        step=step,
        file=problem.file or None,
        line=problem.line if problem.file else None,
        message=problem.message,
        log_url=f"/v1/apps/{build.cause.app_id}/builds/{build.build_id}/log",
    )
    return Verdict(End("failed", run.seconds, step=step, problem=problem.message, log=run.text), (fact,))


def _keep(tx: Tx, run: Run, verdict: Verdict) -> None:
    """Write down what came of it, and the release, if one was made."""
    app_id, build_id = run.turn.app_id, run.build.build_id
    built, end = verdict.built, verdict.end
    if built is not None:
        name, sizes, report = built.manifest.release_id, end.sizes or "{}", end.report or "[]"
        release = releases.Release(name, run.source.key, built.manifest, sizes, report, built.warnings)
        releases.keep(tx, app_id, release, built.contents, app_version=run.source.version, build_id=build_id)
    builds.end(tx, app_id, build_id, end)
