"""What must exist on the broker before anyone publishes; declaring it again changes nothing."""

from collections.abc import Iterable
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from actors.runtime.actor import Actor
from contracts.topology import DEAD, DELAYS_MS, EVENTS, PREVIEWS, PROGRESS, dead_queue, delay

#: A consumer's lost connection counts against everything it had prefetched, so the broker's own limit is generous;
#: the fleet gives up long before, with a reason.
_DELIVERY_LIMIT = 1_000
#: Looking at a dead letter and putting it back is a delivery, too; by its own default RabbitMQ 4 would throw it away
#: after twenty looks.
_LOOKS = 1_000_000_000
_QUORUM: dict[str, Any] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
_KEPT: dict[str, Any] = {**_QUORUM, "x-dead-letter-strategy": "at-least-once"}


def declare_all(amqp_url: str, actors: Iterable[Actor]) -> None:
    """Declare every exchange and queue."""
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    try:
        channel = connection.channel()
        declare_shared(channel)
        for actor in actors:
            declare_actor(channel, actor)
    finally:
        connection.close()


def declare_shared(channel: BlockingChannel) -> None:
    """Declare the exchanges, and the queues where retries wait."""
    channel.exchange_declare(EVENTS, "topic", durable=True)
    channel.exchange_declare(PROGRESS, "topic", durable=True)
    channel.exchange_declare(PREVIEWS, "topic", durable=True)
    channel.exchange_declare(DEAD, "direct", durable=True)
    for milliseconds in DELAYS_MS:
        name = delay(milliseconds)
        # What has waited goes, by its unchanged routing key, straight back to the queue it came from.
        back = {"x-message-ttl": milliseconds, "x-dead-letter-exchange": ""}
        channel.exchange_declare(name, "fanout", durable=True)
        channel.queue_declare(name, durable=True, arguments={**_KEPT, **back})
        channel.queue_bind(name, name)


def declare_actor(channel: BlockingChannel, actor: Actor) -> None:
    """Declare an actor's queue, its bindings and where its dead letters rest."""
    channel.queue_declare(dead_queue(actor.name), durable=True, arguments={**_QUORUM, "x-delivery-limit": _LOOKS})
    channel.queue_bind(dead_queue(actor.name), DEAD, actor.queue)
    arguments = {
        **_KEPT,
        "x-delivery-limit": _DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": actor.queue,
    }
    if actor.ordered:
        arguments["x-single-active-consumer"] = True
    channel.queue_declare(actor.queue, durable=True, arguments=arguments)
    for pattern in actor.bindings:
        channel.queue_bind(actor.queue, EVENTS, pattern)
