"""`python -m actors.worker --group NAME`: one process that runs a group's actors."""

import argparse
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import dramatiq.worker
import structlog
from prometheus_client import start_http_server

from actors.fleet import GROUPS, consumed
from actors.runtime.actor import Actor
from actors.runtime.broker import EventsBroker, WorkQueue
from actors.runtime.consumer import EventConsumer
from actors.runtime.deadline import Deadlines, watch
from actors.runtime.duty import keep
from actors.runtime.engine import Engine
from actors.runtime.outlet import Outlet
from actors.runtime.telemetry import configure_logging, new_metrics
from contracts.settings import Settings
from sql.database import open_pool, role_url

log = structlog.get_logger()

#: How many deliveries a queue may have in this process, so that a flood of one leaves room for the others.
_PREFETCH = 64
_RECONNECT_SECONDS = 0.3
#: Threads that serve apps whose turn was put off, or whose worker went away; one that takes long is not the only one.
_SWEEPERS = 2
#: Threads beside the workers' that need a connection now and then: lanes are renewed, and swept.
_KEEPERS = 1 + _SWEEPERS
_RENEW_SECONDS = 2
_SWEEP_SECONDS = 1


class Crew:
    """A dramatiq worker with everything its actors need, started and stopped as one."""

    def __init__(self, actors: Sequence[Actor], settings: Settings, name: str) -> None:
        # dramatiq's own three seconds are long for somebody who watches.
        dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = _RECONNECT_SECONDS
        if settings.amqp_url is None or settings.database_url is None:
            raise SystemExit("set FLEET_AMQP_URL and FLEET_DATABASE_URL, or run `fleet up`")
        amqp_url = settings.amqp_url.get_secret_value()
        database_url = role_url(settings.database_url.get_secret_value(), "fleet_worker")
        self.stopping = threading.Event()
        self.deadlines = Deadlines()
        self.metrics = new_metrics()
        self.pool = open_pool(database_url, size=settings.worker_threads + _KEEPERS, name=name)
        self.outlet = Outlet(amqp_url, database_url, name=name, consumed=consumed())
        self.broker = EventsBroker(amqp_url)
        parts = (settings, self.pool, self.outlet, self.metrics, self.deadlines, self.stopping)
        self.engines = [Engine(actor, *parts) for actor in actors]
        for engine in self.engines:
            self.broker.add(engine.actor, engine.run)
        self.worker = dramatiq.Worker(self.broker, worker_threads=settings.worker_threads, worker_timeout=200)
        self.worker.queue_prefetch = _PREFETCH
        self.queue = WorkQueue()
        self.worker.work_queue = self.queue  # type: ignore[assignment]  # it has all that is asked of it

    def start(self) -> None:
        """Begin to consume; what is away is waited for."""
        self.outlet.start()
        lanes = [engine.lane for engine in self.engines if engine.lane is not None]
        duties = [duty for engine in self.engines for duty in engine.duties]
        self.worker.start()
        self._keep(watch, self.deadlines, self._living, self.stopping)
        if lanes:
            self._keep(keep, _RENEW_SECONDS, [lane.renew for lane in lanes], self.stopping)
        if duties:
            for _ in range(_SWEEPERS):
                self._keep(keep, _SWEEP_SECONDS, duties, self.stopping)

    def stop(self) -> None:
        """Finish what is in hand and leave the rest to the broker."""
        self.stopping.set()
        while not all(thread.running or not thread.is_alive() for thread in self.threads()):
            time.sleep(0.01)  # told to stop before it has begun, a thread would begin all the same
        self.queue.close()
        for thread in self.worker.consumers.values():
            if isinstance(thread.consumer, EventConsumer):
                thread.consumer.hurry()
        self.worker.stop(timeout=20_000)
        self._name_who_stays()
        for engine in self.engines:
            engine.close()
        self.outlet.stop()
        self.pool.close()
        self.broker.close()

    def threads(self) -> list[dramatiq.worker.WorkerThread | dramatiq.worker.ConsumerThread]:
        """Return those that take events in and those that handle them."""
        return [*self.worker.workers, *self.worker.consumers.values()]

    def _keep(self, duty: Callable[..., None], *arguments: Any) -> None:
        threading.Thread(target=duty, args=arguments, name=duty.__name__, daemon=True).start()

    def _name_who_stays(self) -> None:
        """Say where a thread is that would not stop: it ends with the process, and nobody could tell any more."""
        frames = sys._current_frames()  # noqa: SLF001 - there is no other way to it
        for thread in self.threads():
            if thread.is_alive() and (frame := frames.get(thread.ident or 0)):
                log.warning("thread_did_not_stop", thread=thread.name, at="".join(traceback.format_stack(frame, 8)))

    def _living(self) -> dict[str, bool]:
        return {**{thread.name: thread.is_alive() for thread in self.threads()}, "outlet": self.outlet.is_alive()}


def main(arguments: Sequence[str]) -> int:
    """Run a group until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m actors.worker", description=__doc__)
    parser.add_argument("--group", choices=sorted(GROUPS), required=True, help="whose actors to run")
    group: str = parser.parse_args(arguments).group
    settings = Settings()
    configure_logging(settings, f"worker-{group}")
    crew = Crew(GROUPS[group], settings, f"fleet worker {group}")
    if settings.metrics_http:
        address = urlsplit(f"//{settings.metrics_http}")
        start_http_server(address.port or 0, address.hostname or "127.0.0.1", registry=crew.metrics.registry)
    crew.metrics.process_starts.labels(f"worker-{group}").inc()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    crew.start()
    while not stop.is_set() and not crew.broker.consuming.wait(0.2):
        pass
    if not stop.is_set():
        log.info("ready", actors=[actor.name for actor in GROUPS[group]])
    stop.wait()
    log.info("stopping")
    crew.stop()
    log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
