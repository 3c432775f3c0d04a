"""What happens to a delivery: understood, handled, and brought to exactly one ending.

settled    its rows, inbox entry, outbox and story are committed
repeated   it was settled before
retried    a surprise: it waits in the broker and comes back
snoozed    the handler asked for later; no attempt is counted
dead       bad, cancelled, exhausted or unsettled: a dead letter with the reason, and a last word on the story

While the database is away nothing is decided: the thread waits with what it holds, and the broker keeps the rest.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, reset_contextvars

from actors.runtime.actor import Actor
from actors.runtime.deadline import Deadlines
from actors.runtime.delivery import Delivery
from actors.runtime.effect import Repeated
from actors.runtime.ending import Ending, Endings
from actors.runtime.job import Job, Unsettled
from actors.runtime.lane import Lane, Turn
from actors.runtime.outlet import Outlet
from actors.runtime.patience import LONGEST_WAIT, Patience, Stopping
from actors.runtime.share import Share
from actors.runtime.telemetry import Metrics
from contracts.errors import BadEvent, Cancel, Flaw, Snooze
from contracts.event import Envelope
from contracts.settings import Settings
from contracts.topology import DELAYS_MS
from sql import inbox
from sql.database import Pool, transaction

log = structlog.get_logger()


@dataclass
class Engine:
    """Runs one actor's deliveries; shared by all threads of a worker."""

    actor: Actor
    settings: Settings
    pool: Pool
    outlet: Outlet
    metrics: Metrics
    deadlines: Deadlines
    stopping: threading.Event

    @cached_property
    def resources(self) -> tuple[Any, ...]:
        """Return what the handler works with, made once, and told where to count if it wants to."""
        if self.actor.using is None:
            return ()
        resource = self.actor.using(self.settings)
        if hasattr(resource, "measure"):
            resource.measure(self.metrics)
        return (resource,)

    @cached_property
    def lane(self) -> Lane | None:
        """Return where this actor takes its turns, if it does."""
        turn = self.actor.turn
        if turn is None:
            return None
        work = partial(_with, turn, self.resources)
        look = self.actor.look and partial(self.actor.look, *self.resources)
        about = self.actor.name, self.actor.emits, work, self.pool, self.outlet, look
        return Lane(
            *about,
            apart=self.actor.apart,
            note=self.actor.note,
            max_tries=self.settings.max_attempts,
            decided=self.metrics.decided,
            share=Share(self.settings.max_app_seconds),
            held_off=self.metrics.turns_held_off.labels(self.actor.name).inc,
        )

    @cached_property
    def duties(self) -> list[Callable[[], object]]:
        """Return what is to be done every second."""
        sweep = self.actor.sweep
        own = [partial(sweep, self.pool, self.outlet, *self.resources)] if sweep is not None else []
        return [*own, self.lane.sweep] if self.lane is not None else [*own]

    def close(self) -> None:
        """Let go of what the handler worked with."""
        for resource in self.__dict__.get("resources", ()):
            if hasattr(resource, "close"):
                resource.close()

    @cached_property
    def _patience(self) -> Patience:
        return Patience(self.stopping)

    @cached_property
    def _endings(self) -> Endings:
        return Endings(self.actor, self.pool, self.outlet, self.metrics, self._patience)

    @cached_property
    def _counts(self) -> Callable[[str], Counter]:
        """Return what counts endings by outcome; looking a label up costs more than counting."""
        return cache(lambda outcome: self.metrics.events_consumed.labels(self.actor.name, outcome))

    @cached_property
    def _seconds(self) -> Histogram:
        return self.metrics.event_seconds.labels(self.actor.name)

    def run(self, delivery: Delivery) -> None:
        """Bring a delivery to its ending, then what waited behind it for the same app."""
        following: Delivery | None = delivery
        while following is not None:
            try:
                if self.stopping.is_set():
                    raise Stopping  # noqa: TRY301 - one way out
                self._run_one(following)
            except Stopping:
                # Neither settled nor put back: the closing connection returns everything in its order.
                following.leave()
                return
            except Exception:
                log.exception("engine_failed", queue=self.actor.queue)
                self.stopping.wait(LONGEST_WAIT)
                following.done(requeue=True)
            following = following.source.next_of(following)

    def _run_one(self, delivery: Delivery) -> None:
        envelope, started = delivery.envelope, time.perf_counter()
        about = {"actor": self.actor.name}
        if envelope is not None:
            about |= {"app_id": envelope.app_id, "story_id": envelope.story_id, "event_id": envelope.event_id}
        bound = bind_contextvars(**about)
        try:
            ending = self._ending(delivery)
            self._endings.conclude(delivery, ending)
            seconds = time.perf_counter() - started
            log.info("delivery_ended", outcome=ending.outcome, attempt=delivery.attempt, seconds=round(seconds, 4))
        finally:
            reset_contextvars(**bound)
        self._counts(ending.outcome).inc()
        self._seconds.observe(seconds)

    def _ending(self, delivery: Delivery) -> Ending:
        """Let the handler work and name how it went."""
        try:
            envelope = self._understood(delivery)
            return self._patience.repeat(lambda: self._handle(delivery, envelope))
        except BadEvent as bad:
            return Ending("bad", bad.flaws, bad)
        except Repeated:
            return Ending("repeated")
        except Snooze as snooze:
            return Ending("snoozed", pause=snooze.seconds)
        except Cancel as cancel:
            return Ending("cancelled", (Flaw("event", str(cancel)),), cancel)
        except Stopping:
            raise
        except BaseException as error:  # noqa: BLE001 - a surprise is what is left, also a handler's sys.exit()
            return self._surprised(delivery, error)

    def _understood(self, delivery: Delivery) -> Envelope:
        if delivery.envelope is None:
            raise delivery.flaw or BadEvent(Flaw("body", "is not an event"))
        if delivery.crashes:
            self._suspect(delivery, delivery.envelope)
        return delivery.envelope

    def _suspect(self, delivery: Delivery, envelope: Envelope) -> None:
        """Give up what ends its worker again and again.

        A process that goes away returns all it had fetched, so the broker's count says nothing of what was merely
        waiting there: what counts is how often this very event was begun.
        """
        occasion = f"{delivery.retries}.{delivery.crashes}"
        about = envelope.app_id, self.actor.name, envelope.source, envelope.event_id

        def begin() -> int:
            with transaction(self.pool, envelope.app_id) as tx:
                return inbox.begin(tx, *about, occasion=occasion)

        begun = self._patience.repeat(begin)
        if begun > self.settings.max_attempts:
            raise Cancel("whoever works on it goes away, again and again")

    def _handle(self, delivery: Delivery, envelope: Envelope) -> Ending:
        event = self.actor.understand(envelope)
        if event is None:
            kinds = ", ".join(kind.kind for kind in self.actor.on)
            raise BadEvent(Flaw("type", f"is {envelope.kind}, but this queue takes {kinds}"))
        job = Job(envelope, self.actor.name, self.actor.emits, delivery.attempt, self.pool, self.outlet)
        self.deadlines.begin(self.actor.time_limit)
        try:
            if self.lane is not None:
                self.lane.answer(job, event)
            else:
                self.actor.handle(event, job, *self.resources)
        finally:
            self.deadlines.end()
        job.must_be_settled()
        self.metrics.decided(envelope, job.emitted)
        return Ending("settled")

    def _surprised(self, delivery: Delivery, error: BaseException) -> Ending:
        if isinstance(error, Unsettled):
            log.error("handler_unsettled")
            return Ending("unsettled", (Flaw("event", str(error)),), error)
        log.warning("handler_failed", attempt=delivery.attempt, exc_info=error)
        if delivery.retries + 1 < self.settings.max_attempts:
            return Ending("retried", error=error, pause=_backoff_ms(delivery.retries) / 1000)
        reason = f"failed {delivery.retries + 1} times, last with {type(error).__name__}"
        return Ending("exhausted", (Flaw("event", reason),), error)


def _with(take: Callable[..., None], resources: tuple[Any, ...], turn: Turn) -> None:
    take(turn, *resources)


def _backoff_ms(retries: int) -> int:
    return DELAYS_MS[min(retries, len(DELAYS_MS) - 1)]
