"""A client that is slower than its app, and one that has been away for longer than anything is kept."""

import asyncio

from tests.faults.follower import Crowd, Follower
from tests.faults.ground import Ground
from tests.patience import until

EVENTS = 120
FILES = [{"path": f"src/{'long-name-' * 8}{n}.ts", "content": "x"} for n in range(60)]


def test_a_slow_reader_is_let_go_comes_back_and_misses_nothing(ground: Ground, app_id: str) -> None:
    ground.worker()
    gateway = ground.gateway()
    bus = ground.bus()

    async def scene() -> None:
        slow = Follower(app_id, gateway.address, dawdle=0.5)
        quick = Follower(app_id, gateway.address)
        async with Crowd([slow, quick]) as crowd:
            for n in range(EVENTS):
                bus.publish("file-written", app_id, {"files": [{**file, "content": f"{n}"} for file in FILES]})
            await quick.reach(EVENTS)
            assert slow.last < EVENTS  # nobody has waited for it
            slow.dawdle = 0
            await crowd.reach(EVENTS)
            assert quick.connections == 1
            assert slow.connections > 1
            assert slow.resets == quick.resets == []

    asyncio.run(scene())
    until(lambda: gateway.ready().get("loop") == "ok", "a loop at ease")


def test_who_comes_back_after_longer_than_anything_is_kept_begins_anew_at_the_head(ground: Ground, app_id: str) -> None:
    ground.worker()
    gateway = ground.gateway()
    bus = ground.bus()

    def write(count: int) -> None:
        for n in range(count):
            bus.publish("file-written", app_id, {"path": "a.txt", "content": f"{n}"})
        bus.publish("file-written", app_id, {"path": "last.txt", "content": "x"})

    async def leave_at(cursor: int) -> str:
        reader = Follower(app_id, gateway.address)
        async with Crowd([reader]):
            await reader.reach(cursor)
        return reader.cursor

    async def come_back(cursor: str) -> Follower:
        reader = Follower(app_id, gateway.address, cursor=cursor)
        async with Crowd([reader]):
            await reader.reach(20)
            await asyncio.to_thread(write, 0)
            await reader.reach(21)
        return reader

    write(9)
    cursor = asyncio.run(leave_at(10))
    write(9)
    until(lambda: ground.stored([app_id]) == 20, "all stored")
    ground.relay(FLEET_PROGRESS_DAYS="0.000001").until("forgotten")
    assert ground.story(app_id) == []
    reader = asyncio.run(come_back(cursor))
    assert reader.resets == [20]
    assert reader.kinds == ["reset", "file-stored"]
    assert ground.story(app_id)[0][0] == 21
