"""From the outbox onto the bus: publish at once, forget what the broker confirmed.

Whatever fails here stays in the outbox, where the relay finds it; so nothing here retries.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from actors.runtime.wire import Away, Wire
from contracts.cloudevents import STRUCTURED
from contracts.topology import EVENTS, routing_key
from sql import outbox
from sql.database import AsyncPool

log = structlog.get_logger()


def send(wire: Wire, row: outbox.Row, consumed: frozenset[str]) -> asyncio.Future[bool]:
    """Publish one event; only what some actor consumes must find a queue."""
    return wire.publish(
        EVENTS,
        routing_key(row.kind, row.app_id),
        row.envelope.encode(),
        content_type=STRUCTURED,
        message_id=row.event_id,
        mandatory=row.kind in consumed,
    )


class OutboxPublisher:
    """Publishes right after a commit; confirmations of many commits are forgotten in one statement."""

    def __init__(self, wire: Wire, pool: AsyncPool, consumed: frozenset[str]) -> None:
        self._wire, self._pool, self._consumed = wire, pool, consumed
        self._confirmed: list[outbox.Row] = []
        self._refused: list[outbox.Row] = []
        self._forgetting: asyncio.Task[None] | None = None

    async def publish(self, rows: Sequence[outbox.Row]) -> None:
        """Publish and wait until each is confirmed or left to the relay."""
        promises = self.start(rows)
        await asyncio.gather(*promises, return_exceptions=True)

    def start(self, rows: Sequence[outbox.Row]) -> list[asyncio.Future[bool]]:
        """Publish without waiting."""
        promises = []
        for row in rows:
            try:
                promise = send(self._wire, row, self._consumed)
            except Away:
                break
            promise.add_done_callback(partial(self._settle, row))
            promises.append(promise)
        return promises

    async def drain(self) -> None:
        """Finish forgetting what was confirmed."""
        if self._forgetting is not None:
            await self._forgetting

    def _settle(self, row: outbox.Row, promise: asyncio.Future[bool]) -> None:
        if promise.cancelled() or promise.exception() is not None:
            return
        (self._confirmed if promise.result() else self._refused).append(row)
        if self._forgetting is None or self._forgetting.done():
            self._forgetting = asyncio.create_task(self._forget())

    async def _forget(self) -> None:
        while self._confirmed or self._refused:
            confirmed, self._confirmed = self._confirmed, []
            refused, self._refused = self._refused, []
            try:
                async with self._pool.connection() as tx:
                    if confirmed:
                        await outbox.published(tx, confirmed)
                    if refused:
                        log.warning("events_refused_by_broker", kinds=sorted({row.kind for row in refused}))
                        await outbox.refused(tx, refused)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("outbox_left_to_relay", events=len(confirmed) + len(refused), error=repr(error))
