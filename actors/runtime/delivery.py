"""One message from a queue: what it says, how often it was tried, and how it is settled with the broker."""

from collections.abc import Mapping
from typing import Any, Protocol

from dramatiq.broker import MessageProxy

from actors.runtime.actor import Actor
from contracts.cloudevents import decode
from contracts.errors import BadEvent
from contracts.event import Envelope

RETRIES = "x-retries"
ORIGINAL_KEY = "x-original-routing-key"
_CRASHES = "x-delivery-count"
_MOST = 1_000_000


class Source(Protocol):
    """The consumer that a delivery came from; only it can settle the delivery."""

    def settle(self, delivery: "Delivery", *, requeue: bool = False) -> None:
        """Take the delivery off the queue, or put it back."""

    def next_of(self, delivery: "Delivery") -> "Delivery | None":
        """Return what waited behind this delivery, if it came from an ordered queue."""


class Delivery(MessageProxy):
    """A message in dramatiq's hands, with its raw form kept so that it can be sent on unchanged.

    What dramatiq asks of a message it finds here at once, instead of in one that would be made for it alone.
    """

    message_id, message_timestamp = "", 0

    def __init__(self, actor: Actor, source: Source, method: Any, properties: Any, body: bytes) -> None:
        self.failed, self._exception = False, None
        self.queue_name, self.actor_name = actor.queue, actor.name
        self.kwargs: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.source, self.body = source, body
        self.tag: int = method.delivery_tag
        self.redelivered: bool = method.redelivered
        self.content_type = _text(properties.content_type)
        self.message_id_property = _text(properties.message_id)
        self.headers = _plain(properties.headers or {})
        self.routing_key = _text(self.headers.get(ORIGINAL_KEY) or method.routing_key)
        self.handled = False
        self.envelope: Envelope | None = None
        self.flaw: BadEvent | None = None
        try:
            self.envelope = decode(self.content_type, self.headers, body)
        except BadEvent as flaw:
            self.flaw = flaw

    @property
    def args(self) -> tuple["Delivery"]:  # type: ignore[override]  # kept, it would be a circle for the collector
        """Return what dramatiq calls the engine with."""
        return (self,)

    def __getattr__(self, name: str) -> Any:
        """There is no other message behind this one."""
        raise AttributeError(name)

    def __repr__(self) -> str:
        return f"<delivery {self.tag} of {self.queue_name}>"

    __str__ = __repr__

    @property
    def retries(self) -> int:
        """Return how often a handler failed on it."""
        return _count(self.headers.get(RETRIES))

    @property
    def crashes(self) -> int:
        """Return how often whoever held it went away."""
        return _count(self.headers.get(_CRASHES))

    @property
    def attempt(self) -> int:
        """Return the number of this attempt, from 1."""
        return 1 + self.retries + self.crashes

    def done(self, *, requeue: bool = False) -> None:
        """Settle with the broker; only the first time counts."""
        if not self.handled:
            self.handled = True
            self.source.settle(self, requeue=requeue)

    def leave(self) -> None:
        """Let the broker have it back when the connection closes."""
        self.handled = True


def _text(value: Any) -> str:
    """Read what ought to be text; pika leaves as bytes what is not UTF-8."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value or "")


def _plain(headers: Mapping[Any, Any]) -> dict[str, Any]:
    """Keep the headers that mean something to us, and that can be sent on as they came."""
    return {_text(name): value for name, value in headers.items() if isinstance(value, str | bytes | int)}


def _count(header: Any) -> int:
    """Read a counter that anybody may have written."""
    return header if isinstance(header, int) and not isinstance(header, bool) and 0 <= header < _MOST else 0
