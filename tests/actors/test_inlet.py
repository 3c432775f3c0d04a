"""A consumer's connection: it brings what is queued, and says when it cannot any more."""

import ssl
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic

from actors.runtime.frames import Message
from actors.runtime.inlet import Inlet, Lost
from tests.actors.gate import certified, gate

LARGE = bytes(range(256)) * 4_096
REST = 0.05


@pytest.fixture
def channel(amqp_url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(f"{amqp_url}?heartbeat=0"))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


@pytest.fixture
def queue(channel: BlockingChannel) -> Iterator[str]:
    name = str(channel.queue_declare(f"inlet-{uuid.uuid4().hex}", durable=True).method.queue)
    yield name
    channel.queue_delete(name)


Enter = Callable[..., Inlet]


@pytest.fixture
def enter(amqp_url: str, queue: str) -> Iterator[Enter]:
    """Return what opens an inlet, which is closed in the end."""
    opened: list[Inlet] = []

    def enter(url: str = amqp_url, queue: str = queue, safe: pika.SSLOptions | None = None) -> Inlet:
        parameters = pika.URLParameters(url)
        parameters.ssl_options = safe
        opened.append(Inlet(parameters, queue, prefetch=10, rest=REST))
        return opened[-1]

    yield enter
    for inlet in opened:
        inlet.close()


def awaited(inlet: Inlet) -> Message:
    while (message := inlet.next()) is None:
        pass
    return message


def test_messages_of_any_size_come_in_order_and_are_settled(channel: BlockingChannel, queue: str, enter: Enter) -> None:
    bodies = [b"", b"small", LARGE, b"last"]
    for body in bodies:
        channel.basic_publish("", queue, body)
    inlet = enter()
    messages = [awaited(inlet) for _ in bodies]
    assert [message.body for message in messages] == bodies
    assert inlet.next() is None
    last = messages[-1].method.delivery_tag
    inlet.call_soon(lambda: inlet.send([Basic.Nack(last, requeue=True), Basic.Ack(last - 1, multiple=True)]))
    again = awaited(inlet)
    assert (again.body, again.method.redelivered) == (b"last", True)
    inlet.call_soon(lambda: inlet.send([Basic.Ack(again.method.delivery_tag)]))
    inlet.close()
    assert channel.queue_declare(queue, passive=True).method.message_count == 0


def test_what_was_not_settled_goes_back(channel: BlockingChannel, queue: str, enter: Enter) -> None:
    channel.basic_publish("", queue, b"body")
    first = enter()
    awaited(first)
    first.close()
    assert awaited(enter()).method.redelivered


def test_a_queue_that_is_deleted_is_said(channel: BlockingChannel, queue: str, enter: Enter) -> None:
    inlet = enter()
    channel.queue_delete(queue)
    with pytest.raises(Lost, match="Cancel"):
        awaited(inlet)
    assert not inlet.open


def test_what_cannot_be_opened_is_said(amqp_url: str, enter: Enter) -> None:
    with pytest.raises(Lost, match="NOT_FOUND"):
        enter(queue="nowhere")
    with pytest.raises(Lost, match="ACCESS_REFUSED"):
        enter(amqp_url.replace("fleet:", "fleet:wrong"))
    with pytest.raises(Lost, match="refused"):
        enter("amqp://127.0.0.1:1/")


def test_large_messages_come_through_tls(
    amqp_url: str, channel: BlockingChannel, queue: str, enter: Enter, tmp_path: Path
) -> None:
    broker, certificate = pika.URLParameters(amqp_url), certified(tmp_path)
    context = ssl.create_default_context(cafile=str(certificate))
    for body in (LARGE, b"small"):
        channel.basic_publish("", queue, body)
    with gate((broker.host, broker.port), certificate) as door:
        inlet = enter(_through(amqp_url, door.address), safe=pika.SSLOptions(context, "gate"))
        assert [awaited(inlet).body, awaited(inlet).body] == [LARGE, b"small"]


def test_a_broker_that_falls_silent_is_given_up(amqp_url: str, enter: Enter) -> None:
    broker = pika.URLParameters(amqp_url)
    with gate((broker.host, broker.port)) as door:
        inlet = enter(f"{_through(amqp_url, door.address)}?heartbeat=1")
        assert inlet.next() is None
        door.shut.set()
        with pytest.raises(Lost, match="silent"):
            awaited(inlet)


def _through(url: str, address: str) -> str:
    before, _at, after = url.rpartition("@")
    return f"{before}@{address}/{after.partition('/')[2]}"
