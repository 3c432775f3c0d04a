"""A gateway whose broker or database is not there: it says so, refuses what it cannot keep, and heals by itself.

Services are started on the main thread: they end with the thread that started them.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contracts.cloudevents import BATCH
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.rabbitmq import PrivateRabbit
from sql.migrate import migrate
from tests.gateway.client import Stream
from tests.gateway.conftest import Author, Gateway, token
from tests.gateway.test_intake import event, post
from tests.patience import PATIENCE


class Services:
    """A broker and a database of this test alone."""

    def __init__(self, rabbit: PrivateRabbit, postgres: PrivatePostgres) -> None:
        self.rabbit, self.postgres = rabbit, postgres
        migrate(postgres.url)

    def gateway(self) -> Gateway:
        return Gateway(FLEET_AMQP_URL=self.rabbit.url, FLEET_DATABASE_URL=self.postgres.url)


@pytest.fixture
def services(
    own_rabbit: Callable[[], PrivateRabbit], own_postgres: Callable[[], PrivatePostgres], tmp_path: Path
) -> Services:
    assert tmp_path
    return Services(own_rabbit(), own_postgres())


@pytest.fixture
def gateway(services: Services) -> Iterator[Gateway]:
    gateway = services.gateway()
    yield gateway
    if gateway.process.poll() is None:
        assert gateway.end() == 0


def missing(gateway: Gateway) -> set[str]:
    with gateway.client() as client:
        said = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    parts = said.json()
    assert said.status_code == (200 if parts["ready"] else 503)
    return {name for name in ("database", "broker") if parts[name] != "ok"}


async def until_missing(gateway: Gateway, *names: str) -> None:
    """Wait until it says so; what it says may be a second old."""
    async with asyncio.timeout(PATIENCE):
        while await asyncio.to_thread(missing, gateway) != set(names):  # noqa: ASYNC110 - its word is all there is
            await asyncio.sleep(0.1)


def test_both_away_at_boot_are_named_and_everything_heals_by_itself(services: Services, gateway: Gateway) -> None:
    with closing(Author(services.rabbit.url, services.postgres.url)) as author:
        author.consume("file-written")
        author.write("demo", 3, push=False)
    services.rabbit.stop()
    services.postgres.stop()
    gateway.start()
    assert missing(gateway) == {"database", "broker"}

    async def scene() -> None:
        async with Stream(gateway.url, "demo", token(), "?last_event_id=0&state=1") as stream:
            assert stream.status == 200
            with gateway.client(token(role="publisher")) as client:
                for answer in (post(client, event("demo")), post(client, [event("demo")], BATCH)):
                    assert answer.status_code == 503
                    assert answer.headers["retry-after"]
            services.postgres.start()
            services.rabbit.start()
            await stream.next("state")
            await stream.until_cursor(3)
            assert stream.seqs == [1, 2, 3]

    asyncio.run(scene())
    gateway.until_ready()


def test_streams_stay_open_while_both_are_killed_and_restarted_and_miss_nothing(
    services: Services, gateway: Gateway
) -> None:
    gateway.start()
    gateway.until_ready()

    def write(count: int, *, push: bool = True) -> None:
        with closing(Author(services.rabbit.url, services.postgres.url)) as author:
            author.write("demo", count, push=push)

    async def scene() -> None:
        async with Stream(gateway.url, "demo", token(), "?state=1") as stream:
            await stream.next("state")
            await asyncio.to_thread(write, 5)
            await stream.until_cursor(5)
            services.rabbit.kill()
            services.postgres.stop()
            await until_missing(gateway, "database", "broker")
            services.postgres.start()
            services.rabbit.start()
            await asyncio.to_thread(gateway.until_ready)
            await asyncio.to_thread(write, 5, push=False)
            await asyncio.to_thread(write, 5)
            await stream.until_cursor(15)
            assert stream.seqs == list(range(1, 16))
            assert not stream.ended

    asyncio.run(scene())
