"""One AMQP connection on an asyncio loop: confirmed publishing, plain pushes, subscriptions.

It connects, and connects again when lost; what was not confirmed by then fails, so that whoever published knows.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pika
import structlog
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.exceptions import AMQPError
from pika.spec import Basic

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_HEARTBEAT = 20
_PERSISTENT = 2


class Away(Exception):
    """The broker is not there, or takes nothing for now."""


@dataclass(frozen=True)
class Subscription:
    """A queue of this process alone; it may miss messages while the connection is lost."""

    exchange: str
    key: str
    on_message: Callable[[str, dict[str, Any], bytes], None]
    on_open: Callable[[], None] | None = None
    max_length: int = 200_000


class Wire:
    """A connection that is kept."""

    def __init__(self, url: str, *, name: str, subscriptions: Sequence[Subscription] = ()) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = _HEARTBEAT
        self._parameters.client_properties = {"connection_name": name}
        self._subscriptions = tuple(subscriptions)
        self._unconfirmed: dict[int, tuple[str, asyncio.Future[bool]]] = {}
        self._returned: set[str] = set()
        self._published = 0
        self._blocked = False
        self._connection: AsyncioConnection | None = None
        self._confirmed: Channel | None = None
        self._plain: Channel | None = None
        self._open = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._hung_up.set()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Tell whether the broker is there and takes what is published."""
        return self._open.is_set() and not self._blocked

    async def start(self) -> None:
        """Begin to connect; this does not wait for the broker."""
        self._keeper = asyncio.create_task(self._keep())

    async def ready(self, timeout: float) -> None:  # noqa: ASYNC109 - the one thing a caller wants to say
        """Wait until connected."""
        await asyncio.wait_for(self._open.wait(), timeout)

    async def close(self) -> None:
        """Hang up."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hung_up.wait(), 2)

    def publish(
        self,
        exchange: str,
        key: str,
        body: bytes,
        *,
        content_type: str,
        message_id: str,
        headers: dict[str, Any] | None = None,
        expiration_ms: int | None = None,
        mandatory: bool = False,
    ) -> asyncio.Future[bool]:
        """Publish, and promise whether a queue has it safely: not when it was returned or refused."""
        if not self.available or self._confirmed is None:
            raise Away("the broker is away" if not self._blocked else "the broker blocks publishers")
        properties = pika.BasicProperties(
            content_type=content_type,
            delivery_mode=_PERSISTENT,
            message_id=message_id,
            headers=headers,
            expiration=None if expiration_ms is None else str(expiration_ms),
        )
        self._confirmed.basic_publish(exchange, key, body, properties, mandatory=mandatory)
        self._published += 1
        promise = asyncio.get_running_loop().create_future()
        self._unconfirmed[self._published] = (message_id, promise)
        return promise

    def push(
        self, exchange: str, key: str, body: bytes, *, headers: dict[str, Any], content_type: str = "application/json"
    ) -> None:
        """Publish what the receiver can do without: dropped while the broker is away."""
        if self.available and self._plain is not None:
            self._plain.basic_publish(
                exchange, key, body, pika.BasicProperties(headers=headers, content_type=content_type)
            )

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            lost: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
            try:
                await self._connect(lost)
                pause = _FIRST_PAUSE
                self._open.set()
                error = await lost
                log.warning("broker_lost", error=repr(error))
            except (AMQPError, OSError, Away) as error:
                log.warning("broker_unreachable", error=repr(error))
            finally:
                self._forget(lost)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _connect(self, lost: asyncio.Future[BaseException]) -> None:
        opened: asyncio.Future[AsyncioConnection] = asyncio.get_running_loop().create_future()

        def fail(_connection: object, error: BaseException | str) -> None:
            error = error if isinstance(error, BaseException) else Away(error)
            for promise in (opened, lost):
                if not promise.done():
                    promise.set_exception(error) if promise is opened else promise.set_result(error)

        def closed(connection: object, error: BaseException) -> None:
            self._hung_up.set()
            fail(connection, error)

        self._connection = AsyncioConnection(
            self._parameters,
            on_open_callback=opened.set_result,
            on_open_error_callback=fail,
            on_close_callback=closed,
            custom_ioloop=asyncio.get_running_loop(),
        )
        connection = await opened
        self._hung_up.clear()
        connection.add_on_connection_blocked_callback(lambda *_: self._set_blocked(True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(False))
        confirmed = await self._channel(connection, fail)
        confirmed.add_on_return_callback(self._on_return)
        await _answer(lambda done: confirmed.confirm_delivery(self._on_confirm, callback=done))
        self._confirmed = confirmed
        self._plain = await self._channel(connection, fail)
        for subscription in self._subscriptions:
            await _subscribe(await self._channel(connection, fail), subscription)

    async def _channel(self, connection: AsyncioConnection, fail: Callable[..., None]) -> Channel:
        channel: Channel = await _answer(lambda done: connection.channel(on_open_callback=done))
        # A channel that the broker closes takes the whole connection along: everything is set up anew.
        channel.add_on_close_callback(fail)
        return channel

    def _set_blocked(self, blocked: bool) -> None:
        """Note it; what is on its way may rest unread for hours, so its senders are told at once."""
        self._blocked = blocked
        log.warning("broker_blocked" if blocked else "broker_unblocked")
        if blocked:
            self._give_up("the broker blocks publishers")

    def _on_return(self, _channel: object, _method: object, properties: Any, _body: bytes) -> None:
        self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._unconfirmed if tag <= method.delivery_tag]
        for tag in tags:
            message_id, promise = self._unconfirmed.pop(tag)
            routed = message_id not in self._returned
            self._returned.discard(message_id)
            if not promise.done():
                promise.set_result(routed and isinstance(method, Basic.Ack))

    def _forget(self, lost: asyncio.Future[BaseException]) -> None:
        """Fail what was not confirmed; its sender still has it."""
        self._open.clear()
        self._blocked = False
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
        elif not lost.done():
            lost.cancel()
        self._connection = self._confirmed = self._plain = None
        self._give_up("the connection was lost before the broker confirmed")
        self._unconfirmed.clear()
        self._returned.clear()
        self._published = 0

    def _give_up(self, why: str) -> None:
        for _message_id, promise in self._unconfirmed.values():
            if not promise.done():
                promise.set_exception(Away(why))
                promise.exception()  # whoever does not look has said that it does not matter


async def _answer(ask: Callable[[Callable[[Any], None]], Any]) -> Any:
    """Await one of pika's callbacks."""
    answer = asyncio.get_running_loop().create_future()
    ask(lambda result: None if answer.done() else answer.set_result(result))
    return await asyncio.wait_for(answer, 10)


async def _subscribe(channel: Channel, to: Subscription) -> None:
    """Make a queue that goes when we do, and listen."""

    def heard(_channel: object, method: Any, properties: Any, body: bytes) -> None:
        to.on_message(method.routing_key, properties.headers or {}, body)

    arguments = {"x-max-length": to.max_length, "x-overflow": "drop-head"}
    await _answer(lambda done: channel.exchange_declare(to.exchange, "topic", durable=True, callback=done))
    declared = await _answer(
        lambda done: channel.queue_declare("", exclusive=True, auto_delete=True, arguments=arguments, callback=done)
    )
    queue = declared.method.queue
    await _answer(lambda done: channel.queue_bind(queue, to.exchange, to.key, callback=done))
    await _answer(lambda done: channel.basic_consume(queue, heard, auto_ack=True, exclusive=True, callback=done))
    if to.on_open is not None:
        to.on_open()
