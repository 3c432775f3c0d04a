"""`python -m tests.bench.actors NAME`: a worker whose actor does next to nothing, to see what the rest costs."""

import signal
import sys
import threading
from typing import ClassVar

import structlog

from actors.runtime.actor import Actor, actor
from actors.runtime.effect import Repeated
from actors.runtime.job import Job
from actors.runtime.telemetry import configure_logging
from actors.worker import Crew
from contracts.event import Event
from contracts.progress import Progress
from contracts.settings import Settings
from tests.bench.marks import mark
from tests.bench.record import Record

log = structlog.get_logger()

STAGES = (10, 30, 60, 100)


class Heard(Event):
    """Something to take note of."""

    kind: ClassVar = "bench-heard"
    sent: int


class Settled(Event):
    """Something to commit."""

    kind: ClassVar = "bench-settled"
    sent: int


class Staged(Event):
    """Something that takes several steps."""

    kind: ClassVar = "bench-staged"
    sent: int


@actor(on=Heard, emits=(), using=Record.from_settings)
def hear(event: Heard, job: Job, record: Record) -> None:  # noqa: ARG001 - there is nothing to do for the job
    """Come to an end without the database: what is left is the bus and the runtime."""
    record.take(event.sent)
    raise Repeated


@actor(on=Settled, emits=(Progress,), using=Record.from_settings)
def commit(event: Settled, job: Job, record: Record) -> None:
    """Settle with one step: inbox and story in one commit."""
    with job.settle():
        job.progress(Progress(stage="done", message=f"@{event.sent}@", progress=100))
    record.take(event.sent)


@actor(on=Staged, emits=(Progress,))
def work(event: Staged, job: Job) -> None:  # noqa: ARG001 - when it was sent does not matter here
    """Tell each stage as a tool does, and settle with the last."""
    for stage in STAGES[:-1]:
        job.progress(Progress(stage="working", message=mark(), progress=stage))
    with job.settle():
        job.progress(Progress(stage="done", progress=STAGES[-1]))


ACTORS: dict[str, Actor] = {one.name: one for one in (hear, commit, work)}


def main(name: str) -> None:
    """Run one actor until told to stop."""
    settings = Settings()
    configure_logging(settings, f"bench-{name}")
    crew = Crew((ACTORS[name],), settings, f"bench {name}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    crew.start()
    crew.broker.consuming.wait()
    log.info("ready")
    stop.wait()
    crew.stop()


if __name__ == "__main__":
    main(sys.argv[1])
