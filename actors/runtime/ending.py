"""What becomes of a delivery, made true at the broker: done, put off, or a dead letter with its reason."""

import random
import time
from dataclasses import dataclass

import structlog

from actors.runtime.actor import Actor
from actors.runtime.delivery import ORIGINAL_KEY, RETRIES, Delivery
from actors.runtime.job import Job, Said
from actors.runtime.outlet import Outlet
from actors.runtime.patience import Patience, Stopping, broker_is_away
from actors.runtime.telemetry import Metrics
from contracts.errors import Flaw
from contracts.topology import DEAD, DELAYS_MS, delay
from sql import inbox
from sql.database import Pool, transaction

log = structlog.get_logger()

_MAX_HEADER = 2_000


@dataclass(frozen=True)
class Ending:
    """How a delivery ended, as a label and, for dead letters, with the reason."""

    outcome: str
    flaws: tuple[Flaw, ...] = ()
    error: BaseException | None = None
    pause: float = 0


@dataclass(frozen=True)
class Endings:
    """Concludes one actor's deliveries."""

    actor: Actor
    pool: Pool
    outlet: Outlet
    metrics: Metrics
    patience: Patience

    def conclude(self, delivery: Delivery, ending: Ending) -> None:
        """Make the ending true at the broker."""
        match ending.outcome:
            case "settled":
                pass
            case "repeated":
                self.metrics.deliveries_repeated.labels(self.actor.name).inc()
            case "retried" | "snoozed":
                self.patience.repeat(lambda: self._postpone(delivery, ending), broker_is_away)
            case reason:
                self._speak(delivery, ending)
                self.patience.repeat(lambda: self._bury(delivery, ending), broker_is_away)
                self.metrics.dead_letters.labels(self.actor.name, reason).inc()
        delivery.done()

    def _postpone(self, delivery: Delivery, ending: Ending) -> None:
        """Let the broker keep it for a while. Retries of many fan out in time, so that they do not come as one."""
        wanted = ending.pause * 1000
        step = next((ms for ms in DELAYS_MS if ms >= wanted), DELAYS_MS[-1])
        counted = delivery.retries + (ending.outcome == "retried")
        headers = {**delivery.headers, RETRIES: counted, ORIGINAL_KEY: delivery.routing_key}
        self.outlet.publish(
            delay(step),
            self.actor.queue,
            delivery.body,
            headers=headers,
            content_type=delivery.content_type,
            message_id=delivery.message_id_property,
            expiration_ms=int(min(wanted, step) * random.uniform(0.75, 1)),  # noqa: S311 - jitter
        )

    def _speak(self, delivery: Delivery, ending: Ending) -> None:
        """Say the last word; one that cannot be said must not keep the letter from its grave."""
        try:
            self.patience.repeat(lambda: self._last_word(delivery, ending))
        except Stopping:
            raise
        except Exception:
            log.exception("last_word_unspoken")

    def _last_word(self, delivery: Delivery, ending: Ending) -> None:
        """Tell whoever waits on the story that it ended here; once for each attempt, however often delivered."""
        envelope = delivery.envelope
        if envelope is None:
            return
        fact = self.actor.last_word(envelope, ending.flaws)
        job = Job(envelope, self.actor.name, (type(fact),), delivery.attempt, self.pool, self.outlet)
        with transaction(self.pool, envelope.app_id) as tx:
            spoken = f"{self.actor.name} gave up {delivery.attempt}"
            if not inbox.enter(tx, envelope.app_id, spoken, envelope.source, envelope.event_id):
                return
            written = job.write(tx, [Said(fact, envelope)])
        job.hand_over(written)

    def _bury(self, delivery: Delivery, ending: Ending) -> None:
        """Make it a dead letter that says why."""
        error = ending.error
        headers = {
            **delivery.headers,
            "x-error-type": type(error).__name__ if error else ending.outcome,
            "x-error": "; ".join(map(str, ending.flaws))[:_MAX_HEADER],
            "x-failed-queue": self.actor.queue,
            ORIGINAL_KEY: delivery.routing_key,
            "x-failed-at": int(time.time() * 1000),
        }
        self.outlet.publish(
            DEAD,
            self.actor.queue,
            delivery.body,
            headers=headers,
            content_type=delivery.content_type,
            message_id=delivery.message_id_property,
        )
