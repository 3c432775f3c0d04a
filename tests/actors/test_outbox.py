"""From the outbox onto the bus: at once, later by the relay, never lost and never in another's way."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from psycopg import AsyncConnection

from actors.relay import relay_once
from actors.runtime.outbox import OutboxPublisher
from actors.runtime.wire import Away, Wire
from contracts.event import Envelope
from contracts.topology import EVENTS
from gateway.launcher.rabbitmq import PrivateRabbit
from sql import outbox
from sql.database import AsyncPool, AsyncTx, Role, enter, new_async_pool, role_url
from tests.actors.conftest import Bus
from tests.patience import PATIENCE

Query = Callable[..., list[tuple[Any, ...]]]
NOBODY: frozenset[str] = frozenset()


def events(app_id: str, count: int, kind: str = "file-stored") -> list[outbox.Row]:
    return [outbox.row(Envelope(str(uuid.uuid4()), "test", kind, app_id, {"n": n}, story_id="s")) for n in range(count)]


@asynccontextmanager
async def relaying(amqp_url: str, database_url: str) -> AsyncIterator[tuple[Wire, AsyncPool]]:
    wire = Wire(amqp_url, name="test")
    async with new_async_pool(role_url(database_url, "fleet_relay"), size=3, name="test") as pool:
        await wire.start()
        await wire.ready(PATIENCE)
        try:
            yield wire, pool
        finally:
            await wire.close()


@asynccontextmanager
async def signed_in(database_url: str, role: Role) -> AsyncIterator[AsyncTx]:
    async with await AsyncConnection[tuple[Any, ...]].connect(role_url(database_url, role)) as tx:
        yield tx


async def write(database_url: str, app_id: str, rows: list[outbox.Row], *, overdue: bool = True) -> None:
    async with signed_in(database_url, "fleet_worker") as tx:
        await enter(tx, app_id)
        await outbox.append(tx, app_id, rows)
    if overdue:
        async with signed_in(database_url, "fleet_relay") as tx:
            await tx.execute("update fleet.outbox set next_try_at = '-infinity'")


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def test_the_relay_publishes_what_a_crash_left(
    bus: Bus, query: Query, app_id: str, amqp_url: str, database_url: str
) -> None:
    rows = events(app_id, 700)

    async def test() -> None:
        await write(database_url, app_id, rows)
        async with relaying(amqp_url, database_url) as (wire, pool):
            while await relay_once(wire, pool, NOBODY):
                pass

    run(test)
    assert [bus.hear("file-stored", app_id)["id"] for _ in rows] == [row.event_id for row in rows]
    assert query("select count(*) from fleet.outbox where app_id = %s", app_id) == [(0,)]


def test_two_relays_share_the_work(bus: Bus, query: Query, app_id: str, amqp_url: str, database_url: str) -> None:
    rows = events(app_id, 1_200)

    async def drain() -> None:
        async with relaying(amqp_url, database_url) as (wire, pool):
            while await relay_once(wire, pool, NOBODY):
                pass

    async def test() -> None:
        await write(database_url, app_id, rows)
        await asyncio.gather(drain(), drain())

    run(test)
    heard = [bus.hear("file-stored", app_id)["id"] for _ in rows]
    assert sorted(heard) == sorted(row.event_id for row in rows)
    assert query("select count(*) from fleet.outbox where app_id = %s", app_id) == [(0,)]


def test_what_no_queue_takes_waits_and_lets_others_pass(
    bus: Bus, query: Query, app_id: str, amqp_url: str, database_url: str
) -> None:
    unroutable, fine = events(app_id, 600, kind="deploy-requested"), events(app_id, 1)

    async def test() -> None:
        await write(database_url, app_id, [*unroutable, *fine])
        async with relaying(amqp_url, database_url) as (wire, pool):
            bus.channel.queue_unbind(bus.ear, EVENTS, "#")
            bus.channel.queue_bind(bus.ear, EVENTS, "file-stored.*")
            while await relay_once(wire, pool, frozenset({"deploy-requested"})):
                pass

    run(test)
    assert bus.hear("file-stored", app_id)["id"] == fine[0].event_id
    left = query("select kind, count(*), min(tries) from fleet.outbox where app_id = %s group by kind", app_id)
    assert left == [("deploy-requested", 600, 1)]


def test_what_is_young_is_left_to_its_author(query: Query, app_id: str, amqp_url: str, database_url: str) -> None:
    async def test() -> None:
        async with relaying(amqp_url, database_url) as (wire, pool):
            await write(database_url, app_id, events(app_id, 1), overdue=False)
            assert await relay_once(wire, pool, NOBODY) == 0

    run(test)
    assert query("select count(*) from fleet.outbox where app_id = %s", app_id) == [(1,)]


def test_the_publisher_forgets_what_is_confirmed(
    bus: Bus, query: Query, app_id: str, amqp_url: str, database_url: str
) -> None:
    rows = events(app_id, 300)

    async def test() -> None:
        await write(database_url, app_id, rows, overdue=False)
        async with relaying(amqp_url, database_url) as (wire, pool):
            publisher = OutboxPublisher(wire, pool, NOBODY)
            await publisher.publish(rows)
            await publisher.drain()

    run(test)
    assert {bus.hear("file-stored", app_id)["id"] for _ in rows} == {row.event_id for row in rows}
    assert query("select count(*) from fleet.outbox where app_id = %s", app_id) == [(0,)]


def test_a_lost_broker_fails_what_it_did_not_confirm(own_rabbit: Callable[[], PrivateRabbit]) -> None:
    broker = own_rabbit()

    async def test() -> None:
        wire = Wire(broker.url, name="test")
        await wire.start()
        await wire.ready(PATIENCE)
        try:
            await asyncio.to_thread(broker.kill)
            with pytest.raises(Away):
                await asyncio.wait_for(publish_until_refused(wire), PATIENCE)
            await asyncio.to_thread(broker.start)
            await wire.ready(PATIENCE)
            assert wire.available
        finally:
            await wire.close()

    async def publish_until_refused(wire: Wire) -> None:
        while True:
            await wire.publish("", "nowhere", b"", content_type="text/plain", message_id="m")

    run(test)


def test_a_returned_message_is_known_not_to_be_safe(amqp_url: str) -> None:
    async def test() -> None:
        wire = Wire(amqp_url, name="test")
        await wire.start()
        await wire.ready(PATIENCE)
        try:
            routed = [
                wire.publish("", "no such queue", b"", content_type="text/plain", message_id=f"m{n}", mandatory=True)
                for n in range(100)
            ]
            assert await asyncio.gather(*routed) == [False] * 100
        finally:
            await wire.close()

    run(test)
