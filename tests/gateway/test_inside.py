"""A gateway seen from inside its own loop: what it leaves behind, and what it notices about itself."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from actors.runtime.telemetry import new_metrics
from contracts.settings import Settings
from gateway import app, house, server, sweeper
from gateway.launcher import ports
from gateway.parts import Parts
from sql.database import role_url
from tests.gateway.client import Stream
from tests.gateway.conftest import SECRET, Author, token
from tests.patience import PATIENCE


@asynccontextmanager
async def running(
    amqp_url: str, database_url: str, **chosen: str
) -> AsyncIterator[tuple[Parts, str, Callable[[], int]]]:
    """Run a gateway on this loop; what it is given last says how many connections it has."""
    settings = Settings.model_validate({"jwt_secret": SECRET, "http": "127.0.0.1:0", **chosen})
    parts = house.build(
        settings, new_metrics(), amqp_url=amqp_url, database_url=role_url(database_url, "fleet_gateway")
    )
    listening = server.listen(settings.http)
    up = asyncio.Event()
    serving = server.Server(app.build(parts), up.set)
    await house.start(parts)
    task = asyncio.create_task(serving.serve([listening]))
    await up.wait()
    await parts.wire.ready(PATIENCE)
    try:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield parts, url, lambda: len(serving.server_state.connections)
    finally:
        serving.should_exit = True
        await parts.roster.drain()
        await task
        await house.stop(parts)


async def until_none(*counted: Callable[[], int]) -> None:
    """Wait for what ends one by one, and fail with what is left."""
    deadline = time.monotonic() + PATIENCE
    while any(left := [count() for count in counted]):
        assert time.monotonic() < deadline, f"still there: {left}"
        await asyncio.sleep(0.01)


def count_things() -> int:
    gc.collect()
    return len(gc.get_objects())


async def until_loop(client: httpx.AsyncClient, state: str) -> httpx.Response:
    """Wait until it says so of its loop; a busy machine stalls it, too."""
    async with asyncio.timeout(PATIENCE):
        while (said := await client.get("/readyz")).json()["loop"] != state:  # noqa: ASYNC110 - its word is all there is
            await asyncio.sleep(0.05)
    return said


def test_streams_that_came_and_went_leave_nothing_behind(amqp_url: str, database_url: str, author: Author) -> None:
    async def come_and_go(url: str, *counted: Callable[[], int]) -> None:
        streams = [await Stream(url, f"demo-{n % 5}", token(), "?last_event_id=0").open() for n in range(40)]
        await asyncio.gather(*(stream.until_cursor(3) for stream in streams))
        await asyncio.gather(*(stream.close() for stream in streams))
        await until_none(*counted)

    async def scene() -> None:
        async with running(amqp_url, database_url) as (parts, url, connections):
            counted = parts.roster.__len__, parts.hub.__len__, connections
            await come_and_go(url, *counted)
            tasks, things = len(asyncio.all_tasks()), count_things()
            for _ in range(5):
                await come_and_go(url, *counted)
            # What sweeps meanwhile has tasks and things of its own, for a moment; what was left stays.
            await until_none(
                lambda: max(0, len(asyncio.all_tasks()) - tasks),
                lambda: max(0, count_things() - things - 10 * 200),  # 200 streams left more than ten things each
            )
        await until_none(lambda: len(asyncio.all_tasks()) - 1)

    for number in range(5):
        author.write(f"demo-{number}", 3)
    asyncio.run(scene())


def test_a_heartbeat_comes_to_every_stream_once_a_round(
    amqp_url: str, database_url: str, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert author
    assert sweeper.HEARTBEAT <= 15
    monkeypatch.setattr(sweeper, "_TICK", 0.01)

    async def scene() -> None:
        async with running(amqp_url, database_url) as (_parts, url, _):
            streams = [await Stream(url, "demo", token()).open() for _ in range(3)]
            await asyncio.gather(*(stream.until_beat() for stream in streams))
            await asyncio.gather(*(stream.close() for stream in streams))

    asyncio.run(scene())


def test_a_stall_of_the_loop_is_seen_by_readyz_and_forgotten(
    amqp_url: str, database_url: str, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert author
    monkeypatch.setattr(sweeper, "_STALL_REMEMBERED", 2.0)

    async def scene() -> None:
        async with (
            running(amqp_url, database_url) as (_parts, url, _),
            httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
        ):
            await until_loop(client, "ok")
            time.sleep(0.8)  # noqa: ASYNC251 - this is the stall
            assert (await until_loop(client, "stalled")).status_code == 503
            assert (await until_loop(client, "ok")).status_code == 200

    asyncio.run(scene())


def test_a_reader_stuck_in_a_replay_is_hung_up_on(
    amqp_url: str, database_url: str, author: Author, app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "_STUCK_AFTER", 0.5)
    for _ in range(20):
        author.write(app_id, 50, message="x" * 4_000)

    async def scene() -> None:
        async with running(amqp_url, database_url) as (parts, url, _):
            stream = Stream(url, app_id, token(), "?last_event_id=0")
            await stream.open()
            stream._task.cancel()  # noqa: SLF001 - it reads no more
            async with asyncio.timeout(PATIENCE):
                while not len(parts.roster):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await until_none(parts.roster.__len__, parts.hub.__len__)
            await stream.close()

    asyncio.run(scene())


def test_an_edge_that_is_away_is_named_and_keeps_nobody_from_the_rest(amqp_url: str, database_url: str) -> None:
    async def scene() -> None:
        nowhere = f"127.0.0.1:{ports.choose(1)[0]}"
        async with (
            running(amqp_url, database_url, edge_http=nowhere) as (_, url, _),
            httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
        ):
            said = await until_loop(client, "ok")
            assert (said.status_code, said.json()["edge"]) == (200, "away")

    asyncio.run(scene())
