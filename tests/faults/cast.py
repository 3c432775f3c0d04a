"""Actors that misbehave, each in a worker process of its own: `python -m tests.faults.cast NAME`.

What an event does to its actor is said by its id.
"""

import os
import signal
import sys
import threading

import structlog
from dramatiq.middleware import raise_thread_exception

from actors.runtime.actor import Actor, actor
from actors.runtime.job import Job
from actors.runtime.telemetry import configure_logging
from actors.worker import Crew
from contracts.build import BuildFailed, BuildRequested
from contracts.settings import Settings

log = structlog.get_logger()

#: Instead of ten seconds, so that a test need not wait for it.
GRACE = 0.5

ANSWER = BuildFailed(build_id="b", environment="production", step="test", message="as asked")


@actor(on=BuildRequested, emits=(BuildFailed,), ordered=True, time_limit=1.5)
def stumble_build(_event: BuildRequested, job: Job) -> None:
    """Do to the process what the event says, or answer."""
    match job.envelope.event_id.partition("-")[0]:
        case "hang":
            reading, _writing = os.pipe()
            os.read(reading, 1)  # in the kernel, where no exception arrives
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            sys.exit("as a library may do that thinks it is a program")
        case "WorkerThread" | "ConsumerThread" as kind:
            _end_threads(kind)
    with job.settle():
        job.emit(ANSWER)


@actor(on=BuildRequested, emits=(BuildFailed,))
def answer_build(_event: BuildRequested, job: Job) -> None:
    """Answer, in no order."""
    with job.settle():
        job.emit(ANSWER)


def _end_threads(kind: str) -> None:
    """End other threads of the worker, as an error in the library would."""
    for thread in threading.enumerate():
        if type(thread).__name__ == kind and thread is not threading.current_thread():
            raise_thread_exception(thread.ident, SystemExit)  # type: ignore[no-untyped-call]


CAST: dict[str, Actor] = {actor.name: actor for actor in (stumble_build, answer_build)}


def main(name: str) -> int:
    """Run one of them until told to stop."""
    settings = Settings()
    configure_logging(settings, name)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    crew = Crew((CAST[name],), settings, name)
    crew.deadlines.grace = GRACE
    crew.start()
    crew.broker.consuming.wait()
    log.info("ready")
    stop.wait()
    crew.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
