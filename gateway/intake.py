"""Events from outside onto the bus: nothing is half accepted, and what is accepted is safe."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID, uuid5

import psycopg
import structlog

from actors.runtime.outbox import OutboxPublisher
from actors.runtime.wire import Away, Wire
from contracts.catalog import ASKED
from contracts.cloudevents import STRUCTURED, encode
from contracts.event import Envelope
from contracts.topology import EVENTS, routing_key
from gateway.problem import try_later
from sql import outbox
from sql.database import AsyncPool, enter, is_away

log = structlog.get_logger()

_CONFIRMED_WITHIN = 10.0
_CONNECTED_WITHIN = 2.0
_IDENTITY = UUID("5d6f3c1b-6f0e-5f0c-8a53-5f8a8d7a7c02")


@dataclass(frozen=True)
class Accepted:
    """An event that will not be lost any more, and where to read what it causes."""

    event_id: str
    story_url: str


class Intake:
    """Publishes for clients without a broker of their own."""

    def __init__(self, wire: Wire, pool: AsyncPool) -> None:
        self._wire, self._pool = wire, pool
        # The relay knows what is really consumed and lets the rest go; nothing may be lost before it has looked.
        self._publisher = OutboxPublisher(wire, pool, frozenset(event.kind for event in ASKED))
        self._publishing: set[asyncio.Task[None]] = set()

    async def accept(self, event: Envelope) -> Accepted:
        """Publish one event, and return once a queue has it safely."""
        event = _stamped(event)
        try:
            confirmed = self._wire.publish(
                EVENTS,
                routing_key(event.kind, event.app_id),
                encode(event).encode(),
                content_type=STRUCTURED,
                message_id=event.event_id,
                mandatory=True,
            )
            routed = await asyncio.wait_for(confirmed, _CONFIRMED_WITHIN)
        except Away as away:
            raise try_later(f"{away}; the event was not accepted: send it again under the same id") from None
        except TimeoutError:
            raise try_later("the broker does not confirm; send the event again under the same id") from None
        if not routed:
            raise try_later(f"no actor of this fleet consumes {event.kind}; the event was not accepted", 30)
        return _accepted(event)

    async def accept_all(self, events: list[Envelope]) -> list[Accepted]:
        """Write a batch down as one, and publish it without keeping the client waiting."""
        events = [_stamped(event) for event in events]
        rows = [_row(event) for event in events]
        try:
            await self._write(rows)
        except psycopg.Error as error:
            if not is_away(error):
                raise
            raise try_later("the database is away; nothing was accepted: send it again under the same ids") from None
        task = asyncio.create_task(self._publisher.publish(rows))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)
        return [_accepted(event) for event in events]

    async def close(self) -> None:
        """Finish what is being published; the relay does the rest."""
        if self._publishing:
            await asyncio.wait(self._publishing, timeout=1)
        for task in self._publishing:
            task.cancel()
        await asyncio.gather(*self._publishing, return_exceptions=True)
        await self._publisher.drain()

    async def _write(self, rows: list[outbox.Row]) -> None:
        by_app: dict[str, list[outbox.Row]] = {}
        for row in rows:
            by_app.setdefault(row.app_id, []).append(row)
        async with self._pool.connection(_CONNECTED_WITHIN) as tx, tx.pipeline(), tx.transaction():
            for app_id in sorted(by_app):
                await enter(tx, app_id)
                await outbox.append(tx, app_id, by_app[app_id])


def story_url(app_id: str, event_id: str) -> str:
    """Return where what an event caused can be read."""
    return f"/v1/stories/{quote(event_id, safe='')}?app_id={app_id}"


def _stamped(event: Envelope) -> Envelope:
    return event if event.time else replace(event, time=datetime.now(UTC).isoformat(timespec="milliseconds"))


def _row(event: Envelope) -> outbox.Row:
    """Write an event down under a key of its own: ids from outside are unique within their source only."""
    key = uuid5(_IDENTITY, f"{event.source}\n{event.event_id}")
    return outbox.Row(event.app_id, str(key), event.kind, encode(event))


def _accepted(event: Envelope) -> Accepted:
    return Accepted(event.event_id, story_url(event.app_id, event.story_id or event.event_id))
