"""A queue's deliveries for dramatiq: decoded here, settled in bursts, one app after the other where order counts."""

import threading
from collections import deque
from typing import Any

import pika
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed
from pika.spec import Basic

from actors.runtime.actor import Actor
from actors.runtime.delivery import Delivery
from actors.runtime.inlet import Inlet, Lost

log = structlog.get_logger()


class EventConsumer(Consumer):
    """One connection, one queue. Worker threads settle from wherever they are."""

    def __init__(self, parameters: pika.URLParameters, actor: Actor, prefetch: int, timeout: int) -> None:
        self._actor, self._queue = actor, actor.queue
        self._lock = threading.Lock()
        self._settled: deque[tuple[int, bool]] = deque()
        self._unsettled: set[int] = set()
        self._flushing = False
        self._strands: dict[str, deque[Delivery]] = {}
        try:
            self._inlet = Inlet(parameters, self._queue, prefetch=prefetch, rest=timeout / 1000)
        except Lost as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    def __next__(self) -> Delivery | None:
        try:
            message = self._inlet.next()
        except Lost as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        if message is None:
            return None
        self._unsettled.add(message.method.delivery_tag)
        delivery = Delivery(self._actor, self, *message)
        return delivery if self._is_first(delivery) else None

    def _is_first(self, delivery: Delivery) -> bool:
        """Queue up behind what is in hand for the same app; only this thread sees the broker's order."""
        if not self._actor.ordered or delivery.envelope is None:
            return True
        with self._lock:
            waiting = self._strands.get(delivery.envelope.app_id)
            if waiting is None:
                self._strands[delivery.envelope.app_id] = deque()
                return True
            waiting.append(delivery)
            return False

    def next_of(self, delivery: Delivery) -> Delivery | None:
        """Return what waited behind a delivery, and let the app go when nothing did."""
        if not self._actor.ordered or delivery.envelope is None:
            return None
        with self._lock:
            waiting = self._strands[delivery.envelope.app_id]
            if waiting:
                return waiting.popleft()
            del self._strands[delivery.envelope.app_id]
            return None

    def settle(self, delivery: Delivery, *, requeue: bool = False) -> None:
        """Settle from any thread; one wake-up serves a burst."""
        if not self._inlet.open:
            # The connection it came by is gone: the broker delivers it again, and the inbox knows it.
            log.info("delivery_left_to_broker", queue=self._queue)
            return
        with self._lock:
            self._settled.append((delivery.tag, requeue))
            if self._flushing:
                return
            self._flushing = True
        self._inlet.call_soon(self._flush)

    def _flush(self) -> None:
        """Acknowledge on the connection's own thread: all below the lowest open tag at once, the rest singly."""
        with self._lock:
            self._flushing = False
            settled = list(self._settled)
            self._settled.clear()
        self._unsettled.difference_update(tag for tag, _requeue in settled)
        lowest = min(self._unsettled, default=max((tag for tag, _requeue in settled), default=0) + 1)
        put_back = [tag for tag, requeue in settled if requeue]
        words: list[Any] = [Basic.Nack(tag, requeue=True) for tag in put_back]
        acknowledged = [tag for tag, requeue in settled if not requeue]
        # Tags put back above are settled too, so that a bulk acknowledgement cannot touch them.
        if bulk := max((tag for tag in acknowledged if tag < lowest), default=0):
            words.append(Basic.Ack(bulk, multiple=True))
        words.extend(Basic.Ack(tag) for tag in acknowledged if tag > bulk)
        self._inlet.send(words)

    def ack(self, message: MessageProxy) -> None:
        """Hear from dramatiq that a message is through. Ours settle themselves; one that did not goes back."""
        if isinstance(message, Delivery) and not message.handled:
            log.error("delivery_unhandled", queue=self._queue)
            message.done(requeue=True)

    nack = ack

    def requeue(self, messages: Any) -> None:
        """Leave it to the broker: what is unsettled returns when the connection closes."""

    def hurry(self) -> None:
        """Let dramatiq's thread see soon that it is to stop."""
        self._inlet.hurry()

    def close(self) -> None:
        """Send what is settled and hang up. An exception here would end dramatiq's thread for good."""
        try:
            self._inlet.close()
        except Exception as error:  # noqa: BLE001 - see above
            log.debug("consumer_closed_roughly", queue=self._queue, error=repr(error))
