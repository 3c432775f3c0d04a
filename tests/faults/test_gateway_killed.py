"""A gateway goes, with 200 streams open: every client goes on exactly where it was, also at another replica."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.actors.conftest import Bus
from tests.faults.follower import Crowd, Follower
from tests.faults.ground import Gateway, Ground
from tests.patience import until

STREAMS = 200
APPS = 20
FIRST, STEPS = 5, 30


class Flow:
    """Files that keep being written into some apps, one step each."""

    def __init__(self, ground: Ground, app_ids: list[str]) -> None:
        self._bus: Bus = ground.bus()
        self._app_ids, self.written = app_ids, 0

    def write(self, times: int = 1) -> None:
        for _ in range(times):
            self.written += 1
            for app_id in self._app_ids:
                self._bus.publish("file-written", app_id, {"path": "a.txt", "content": f"{self.written}"})


@asynccontextmanager
async def followed(ground: Ground, app_id: str, *replicas: Gateway) -> AsyncIterator[tuple[Crowd, Flow]]:
    """Let 200 clients follow the first steps of 20 apps, each beginning at another replica than its neighbour."""
    app_ids = [f"{app_id}-{n}" for n in range(APPS)]
    addresses = [replica.address for replica in replicas]
    turned = [addresses, addresses[::-1]]
    clients = [Follower(app_ids[n % APPS], *turned[n // APPS % 2]) for n in range(STREAMS)]
    flow = Flow(ground, app_ids)
    async with Crowd(clients) as crowd:
        await asyncio.to_thread(flow.write, FIRST)
        await crowd.reach(FIRST)
        yield crowd, flow
    assert [client.flaws + client.resets for client in clients if client.flaws or client.resets] == []
    ground.gapless(app_ids)


def test_the_streams_of_a_killed_gateway_go_on_at_another(ground: Ground, app_id: str) -> None:
    ground.worker()
    left, right = ground.gateway(), ground.gateway()

    async def scene() -> None:
        async with followed(ground, app_id, left, right) as (crowd, flow):
            writing = asyncio.create_task(asyncio.to_thread(flow.write, STEPS))
            await crowd.followers[0].reach(FIRST + 5)
            left.process.kill()
            await writing
            await crowd.reach(FIRST + STEPS)
            assert sum(client.connections > 1 for client in crowd.followers) == STREAMS // 2

    asyncio.run(scene())
    until(lambda: right.ready().get("ready") is True, "readiness")


def test_the_streams_of_a_gateway_that_is_started_again_go_on(ground: Ground, app_id: str) -> None:
    ground.worker()
    gateway = ground.gateway()

    async def scene() -> None:
        async with followed(ground, app_id, gateway) as (crowd, flow):
            gateway.process.kill()
            await asyncio.to_thread(flow.write, 5)
            ground.gateway(address=gateway.address)
            await asyncio.to_thread(flow.write, 5)
            await crowd.reach(FIRST + 10)

    asyncio.run(scene())


def test_a_gateway_that_ends_says_goodbye_to_every_stream_and_loses_none(ground: Ground, app_id: str) -> None:
    ground.worker()
    left, right = ground.gateway(), ground.gateway()

    async def scene() -> None:
        async with followed(ground, app_id, left, right) as (crowd, flow):
            ending = asyncio.create_task(asyncio.to_thread(left.process.end))
            await asyncio.to_thread(flow.write, STEPS)
            await ending
            await crowd.reach(FIRST + STEPS)

    asyncio.run(scene())


def test_a_frozen_gateway_catches_up_exactly(ground: Ground, app_id: str) -> None:
    ground.worker()
    gateway = ground.gateway()

    async def scene() -> None:
        async with followed(ground, app_id, gateway) as (crowd, flow):
            gateway.process.freeze()
            await asyncio.to_thread(flow.write, STEPS)
            gateway.process.thaw()
            await crowd.reach(FIRST + STEPS)
            assert [client.connections for client in crowd.followers] == [1] * STREAMS

    asyncio.run(scene())
    gateway.process.until("loop_stalled")
