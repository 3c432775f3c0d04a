"""Dead letters at the broker: looked at without losing or reordering any, sent back, or dropped.

RabbitMQ puts back what was looked at behind what was not. So whoever looks takes all letters in hand, however few are
wanted: put back together they are in order again.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, NackError, UnroutableError

from contracts.cloudevents import decode
from contracts.errors import BadEvent
from contracts.topology import dead_queue, queue
from gateway.cli.console import Trouble
from gateway.cli.running import START_IT

_NOT_FOUND = 404
#: Counts attempts for the actors: a requeue is one more, so that what it says supersedes what was said before.
_RETRIES = "x-retries"
#: What burying added and the broker counted.
_STAMPS = ("x-error", "x-failed-", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")


@dataclass(frozen=True)
class Letter:
    """One dead letter, still unacknowledged."""

    actor: str
    tag: int
    properties: pika.BasicProperties
    body: bytes

    @property
    def headers(self) -> dict[str, Any]:
        """Return its headers; there may be none."""
        return self.properties.headers or {}

    @property
    def letter_id(self) -> str:
        """Return the event's id; where nobody can tell it, a name made from the letter itself."""
        try:
            return decode(self.properties.content_type, self.headers, self.body).event_id
        except BadEvent:
            digest = hashlib.sha256(self.body + str(self.headers.get("x-failed-at")).encode())
            return self.properties.message_id or digest.hexdigest()[:12]

    @property
    def retries(self) -> int:
        """Return how often it was tried again."""
        count = self.headers.get(_RETRIES)
        return count if isinstance(count, int) else 0

    def about(self) -> dict[str, Any]:
        """Return what an operator wants to know first."""
        return {
            "event_id": self.letter_id,
            "actor": self.actor,
            "reason": self.headers.get("x-error") or "rejected by the broker, without a reason",
            "error": self.headers.get("x-error-type"),
            "failed_at": _time(self.headers.get("x-failed-at")),
            "routing_key": self.headers.get("x-original-routing-key"),
            "bytes": len(self.body),
        }


@dataclass
class LetterBox:
    """A connection under which letters are held; what is not settled goes back to its place."""

    channel: BlockingChannel
    connection: pika.BlockingConnection

    def letters(self, actor: str) -> Iterator[Letter]:
        """Take all letters in hand, oldest first; but what comes meanwhile, perhaps by a requeue, is not among them."""
        for _ in range(self.count(actor) or 0):
            method, properties, body = self.channel.basic_get(dead_queue(actor))
            if method is None:
                return
            yield Letter(actor, method.delivery_tag, properties, body)

    def count(self, actor: str) -> int | None:
        """Return how many letters wait, or nothing where the queue does not exist."""
        probe = self.connection.channel()
        try:
            return int(probe.queue_declare(dead_queue(actor), passive=True).method.message_count)
        except ChannelClosedByBroker as closed:
            if closed.reply_code != _NOT_FOUND:
                raise
            return None
        finally:
            if probe.is_open:
                probe.close()

    def requeue(self, letter: Letter) -> None:
        """Send a letter to its actor, and to no other; only once the broker has it, it is taken away."""
        properties = letter.properties
        kept = {name: value for name, value in letter.headers.items() if not str(name).startswith(_STAMPS)}
        properties.headers = {**kept, _RETRIES: letter.retries + 1}
        properties.delivery_mode = 2
        try:
            self.channel.basic_publish("", queue(letter.actor), letter.body, properties, mandatory=True)
        except (UnroutableError, NackError):
            list(self.letters(letter.actor))  # the rest too, for the order's sake
            raise Trouble(f"the queue of {letter.actor} takes nothing now; the letter stays where it is") from None
        self.drop(letter)

    def drop(self, letter: Letter) -> None:
        """Take a letter away for good."""
        self.channel.basic_ack(letter.tag)


@contextmanager
def opened(amqp_url: str) -> Iterator[LetterBox]:
    """Open the letter box, and put back what was only looked at, all at once and so in order."""
    try:
        connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    except (AMQPConnectionError, OSError):
        raise Trouble(f"the broker cannot be reached: {START_IT}, or see `fleet doctor`") from None
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield LetterBox(channel, connection)
    finally:
        if connection.is_open:
            # Not a rejection: newer brokers count those, and end a message that was rejected too often.
            channel.basic_nack(0, multiple=True, requeue=True)
            connection.close()


def _time(milliseconds: Any) -> str | None:
    if not isinstance(milliseconds, int):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
