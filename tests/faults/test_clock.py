"""The clock goes back: what was written before seems to lie in the future, and nothing depends on it.

A test cannot turn the machine's clock back, so it turns what is written forward.
"""

import asyncio

import pytest

from tests.actors.conftest import Bus
from tests.actors.desk import desk
from tests.faults.follower import Crowd, Follower
from tests.faults.ground import Ground
from tests.patience import until

WRITTEN = {
    "apps": ("created_at",),
    "files": ("updated_at",),
    "versions": ("created_at",),
    "progress": ("at",),
    "inbox": ("settled_at",),
    "outbox": ("written_at", "next_try_at"),
}


def turn_back(ground: Ground, app_id: str, by: str) -> None:
    """Let everything that is written about an app have been written later."""
    for table, columns in WRITTEN.items():
        later = ", ".join(f"{column} = {column} + interval '{by}'" for column in columns)
        ground.ask(f"update fleet.{table} set {later} where app_id = %s", app_id)


def write(bus: Bus, app_id: str, texts: list[str]) -> None:
    for text in texts:
        bus.publish("file-written", app_id, {"path": "a.txt", "content": text})


def test_files_and_steps_keep_the_order_of_their_delivery(ground: Ground, app_id: str) -> None:
    ground.worker()
    gateway = ground.gateway()
    bus = ground.bus()
    write(bus, app_id, ["one", "two"])
    until(lambda: ground.stored([app_id]) == 2, "what came before")
    turn_back(ground, app_id, "1 day")
    write(bus, app_id, ["three", "four"])

    async def scene() -> None:
        async with Crowd([Follower(app_id, gateway.address)]) as crowd:
            await crowd.reach(4)

    asyncio.run(scene())
    assert ground.files(app_id) == {"a.txt": "four"}
    versions = ground.ask("select version, created_at from fleet.versions where app_id = %s order by version", app_id)
    assert [version for version, _at in versions] == [1, 2, 3, 4]
    assert versions[1][1] > versions[2][1]


@pytest.mark.parametrize("by", ["1 minute", "1 day"])
def test_what_is_owed_is_published_all_the_same(ground: Ground, app_id: str, by: str) -> None:
    bus = ground.bus()
    with desk(ground.postgres.url, app_id) as kept:
        kept.write("a.txt")
    turn_back(ground, app_id, by)
    ground.relay()
    assert bus.hear("file-stored", app_id)["data"]["path"] == "a.txt"
