"""dramatiq on plain CloudEvents: one actor a queue, filled by bindings, with no router in between.

dramatiq brings the threads and the consuming; what a message means, and how it ends, is the engine's.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import ConnectionClosed
from pika.exceptions import AMQPChannelError, AMQPConnectionError

from actors.runtime.actor import Actor
from actors.runtime.consumer import EventConsumer
from actors.runtime.delivery import Delivery
from actors.runtime.topology import declare_actor, declare_shared

log = structlog.get_logger()


class WorkQueue(SimpleQueue[Any]):
    """What dramatiq's consumers hand to its workers: nothing goes first here, so nothing needs a heap and its locks.

    A reader's limit is not enough to end it: where another one took its item, Python before 3.13 lets it wait for the
    next, however long that is, and a worker that is told to stop does not hear it.
    """

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Return the next message; Empty once it is closed."""
        item = super().get(block, timeout)
        if item is None:
            self.close()  # for the next reader
            raise Empty
        return item

    def get_nowait(self) -> Any:
        """Return a message if there is one."""
        return self.get(block=False)

    def close(self) -> None:
        """Send all readers away who find nothing before this."""
        self.put(None)

    def task_done(self) -> None:
        """Count nothing: nobody waits until all is done."""


class EventsBroker(RabbitmqBroker):
    """A RabbitMQ broker whose messages are events."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url, confirm_delivery=True, middleware=[])
        self.by_queue: dict[str, Actor] = {}
        self.consuming = threading.Event()
        self._opened: set[str] = set()

    def add(self, actor: Actor, run: Callable[[Delivery], None]) -> None:
        """Give an actor its queue and what runs its deliveries."""
        self.by_queue[actor.queue] = actor
        dramatiq.actor(broker=self, actor_name=actor.name, queue_name=actor.queue)(run)

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Note a queue and, when it is about to be used, declare it. There is no delay queue in our memory."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)
        if ensure:
            try:
                declare_shared(self.channel)
                declare_actor(self.channel, self.by_queue[queue_name])
            except (AMQPChannelError, AMQPConnectionError) as error:
                log.warning("queue_undeclared", queue=queue_name, error=repr(error))
                raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
            finally:
                # Only needed while declaring; an idle connection would miss its heartbeats.
                del self.connection

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> EventConsumer:
        """Open a queue's deliveries."""
        self.declare_queue(queue_name, ensure=True)
        actor = self.by_queue[queue_name]
        consumer = EventConsumer(self.parameters, actor, prefetch, timeout)
        self._opened.add(queue_name)
        if self._opened == self.queues:
            self.consuming.set()
        return consumer

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        """Refuse what is not an event."""
        raise TypeError(f"publish a CloudEvent instead of sending {message.actor_name} a message ({delay=})")
