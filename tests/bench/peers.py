"""`python -m tests.bench.peers NAME`: what others would use in our place, doing as little with a message as we do."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from contracts.settings import Settings
from contracts.topology import EVENTS, binding
from tests.bench.record import Record

THREADS = 8
PREFETCH = 64
QUORUM = {"x-queue-type": "quorum"}


class QuorumBroker(RabbitmqBroker):
    """The stock broker, whose queues are as safe as ours; it has no setting for that."""

    def _build_queue_arguments(self, queue_name: str) -> Any:
        return {**super()._build_queue_arguments(queue_name), **QUORUM}  # type: ignore[no-untyped-call]


def queue(name: str) -> str:
    return f"bench.{name}"


def declare(url: str, name: str) -> None:
    """Make a peer's queue before it runs, so that a backlog can wait there."""
    if name == "pika":
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            connection.channel().queue_declare(queue(name), durable=True, arguments=QUORUM)
    else:
        broker = _broker(url, name)
        broker.declare_queue(queue(name), ensure=True)
        if name == "dramatiq-quorum":  # it can also be reached as our actors are
            broker.channel.exchange_declare(EVENTS, "topic", durable=True)
            broker.channel.queue_bind(queue(name), EVENTS, binding("bench-peer"))
        broker.close()


def message(name: str, sent: int) -> bytes:
    """Return what a peer takes for a message."""
    if name == "pika":
        return str(sent).encode()
    return dramatiq.Message(queue(name), "take", (sent,), {}, {}).encode()


def _broker(url: str, name: str) -> RabbitmqBroker:
    return (QuorumBroker if name == "dramatiq-quorum" else RabbitmqBroker)(url=url, confirm_delivery=True)


def run_dramatiq(url: str, name: str, record: Record, ready: Callable[[], None]) -> None:
    """Consume as `dramatiq` does, in one process with as many threads as ours."""
    broker = _broker(url, name)
    dramatiq.actor(broker=broker, actor_name="take", queue_name=queue(name))(record.take)
    worker = dramatiq.Worker(broker, worker_threads=THREADS)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.start()
    ready()
    stop.wait()
    worker.stop()
    broker.close()


def run_pika(url: str, name: str, record: Record, ready: Callable[[], None]) -> None:
    """Consume with nothing in between, and acknowledge each message."""
    channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
    channel.basic_qos(prefetch_count=PREFETCH)

    def take(_channel: object, method: Any, _properties: object, body: bytes) -> None:
        record.take(int(body))
        channel.basic_ack(method.delivery_tag)

    channel.basic_consume(queue(name), take)
    ready()
    channel.start_consuming()


def main(name: str) -> None:
    """Run one peer until told to stop."""
    settings = Settings()
    assert settings.amqp_url is not None
    run = run_pika if name == "pika" else run_dramatiq
    run(settings.amqp_url.get_secret_value(), name, Record.from_settings(settings), _say_ready)


def _say_ready() -> None:
    sys.stdout.write('{"event":"ready"}\n')
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
