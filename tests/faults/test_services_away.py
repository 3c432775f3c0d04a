"""The database or the broker goes away and comes back: nothing is lost, nothing is done twice, order holds."""

import asyncio
import gc
from collections.abc import Callable, Iterator

import pytest

from tests.faults.follower import Crowd, Follower
from tests.faults.ground import Gateway, Ground
from tests.faults.publisher import Publisher
from tests.patience import until

# pika leaves the sockets of a connection that the broker closed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BURST = 60
AWAY_SECONDS = 3.5
Outage = Callable[[Ground], None]

OUTAGES: dict[str, Outage] = {
    "the database is stopped": lambda ground: ground.postgres.stop(),
    "the database is killed": lambda ground: ground.postgres.kill(),
    "the broker is stopped": lambda ground: ground.rabbit.stop(),
    "the broker is killed": lambda ground: ground.rabbit.kill(),
}


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Collect those sockets here, and not in a test that knows nothing of them."""
    yield
    gc.collect()


def write(ground: Ground, app_id: str, first: int, count: int) -> None:
    """Write one file again and again, and some besides."""
    publisher = Publisher(ground.rabbit.url)
    for n in range(first, first + count):
        publisher.write(app_id, "a.txt" if n % 2 else f"{n}.txt", f"text {n}")
    publisher.close()


def away(gateway: Gateway, part: str) -> bool:
    return gateway.ready().get(part) == "away"


@pytest.mark.parametrize("outage", OUTAGES)
def test_whatever_goes_away_while_events_flow_comes_back_without_a_loss(
    ground: Ground, app_id: str, outage: str
) -> None:
    ground.worker()
    ground.relay()
    gateway = ground.gateway()
    part = "database" if "database" in outage else "broker"
    service = ground.postgres if part == "database" else ground.rabbit

    async def scene() -> None:
        async with Crowd([Follower(app_id, gateway.address) for _ in range(5)]) as crowd:
            await asyncio.to_thread(write, ground, app_id, 0, BURST)
            await crowd.followers[0].reach(BURST // 3)
            writing = asyncio.create_task(asyncio.to_thread(write, ground, app_id, BURST, BURST))
            OUTAGES[outage](ground)
            await asyncio.to_thread(until, lambda: away(gateway, part), f"the gateway missing its {part}")
            await asyncio.sleep(AWAY_SECONDS)
            assert gateway.ready().get("ready") is not True
            service.start()  # in this thread: a service ends with the one that has started it
            await writing
            await crowd.reach(2 * BURST)
            assert [client.connections for client in crowd.followers] == [1] * 5  # no stream had to begin again

    asyncio.run(scene())
    until(lambda: gateway.ready().get("ready") is True, "ready again")
    assert ground.files(app_id)["a.txt"] == f"text {2 * BURST - 1}"
    assert len(ground.files(app_id)) == BURST + 1
    assert ground.stored([app_id]) == 2 * BURST
    ground.gapless([app_id])


def test_every_process_starts_while_broker_and_database_are_away(ground: Ground, app_id: str) -> None:
    ground.postgres.stop()
    ground.rabbit.stop()
    worker, relay = ground.worker(wait=False), ground.relay(wait=False)
    gateway = ground.gateway(wait=False)
    gateway.process.until("ready")  # it listens
    until(lambda: gateway.ready().get("broker") == gateway.ready().get("database") == "away", "both missed")
    assert gateway.publish(app_id, {"path": "a.txt", "content": "x"}).status_code == 503
    for process in (worker, relay, gateway.process):
        assert process.started.poll() is None
    ground.rabbit.start()
    until(lambda: gateway.ready().get("broker") == "ok", "the broker found")
    worker.until("ready")
    accepted = gateway.publish(app_id, {"path": "a.txt", "content": "x"})
    assert accepted.status_code == 202
    ground.postgres.start()
    until(lambda: gateway.ready().get("ready") is True, "ready")
    until(lambda: ground.stored([app_id]) == 1, "what was accepted")
