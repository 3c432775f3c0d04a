"""The database or the broker goes away and comes back: nothing is lost, nothing is done twice, order holds."""

import psycopg
import pytest

from actors.worker import Crew
from sql.database import role_url
from tests.faults.conftest import Ground

# pika leaves the sockets of a connection that the broker closed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BURST = 40


def stored(ground: Ground, app_id: str) -> list[tuple[str, int]]:
    with psycopg.connect(role_url(ground.postgres.url, "fleet_worker")) as connection:
        connection.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
        rows = connection.execute(
            "select convert_from(content, 'UTF8'), files.version from fleet.files join fleet.blobs using (sha256)"
        )
        return [(content, version) for content, version in rows.fetchall()]


def test_a_restarted_database_loses_and_swaps_nothing(ground: Ground, crew: Crew, app_id: str) -> None:
    bus = ground.bus()
    bus.publish("file-written", app_id, {"path": "a.txt", "content": "before"})
    bus.hear("file-stored", app_id)
    ground.postgres.stop()
    for n in range(BURST):
        bus.publish("file-written", app_id, {"path": "a.txt", "content": f"text {n}"})
    ground.postgres.start()
    versions = [bus.hear("file-stored", app_id)["data"]["version"] for _ in range(BURST)]
    assert sorted(versions) == list(range(2, BURST + 2))
    assert stored(ground, app_id) == [(f"text {BURST - 1}", BURST + 1)]
    assert crew.deadlines.enforce() is False


def test_a_killed_database_loses_nothing(ground: Ground, crew: Crew, app_id: str) -> None:
    bus = ground.bus()
    for n in range(BURST):
        bus.publish("file-written", app_id, {"path": "a.txt", "content": f"text {n}"})
        if n == BURST // 2:
            bus.hear("file-stored", app_id)
            ground.postgres.kill()
    ground.postgres.start()
    heard = {bus.hear("file-stored", app_id)["data"]["version"] for _ in range(BURST - 1)}
    assert max(heard) == BURST
    assert stored(ground, app_id) == [(f"text {BURST - 1}", BURST)]
    assert crew.broker.consuming.is_set()


def test_a_restarted_broker_loses_nothing(ground: Ground, crew: Crew, app_id: str) -> None:
    bus = ground.bus()
    for n in range(BURST):
        bus.publish("file-written", app_id, {"path": f"{n}.txt", "content": "x"})
    ground.rabbit.stop()
    ground.rabbit.start()
    bus = ground.bus()
    bus.publish("file-written", app_id, {"path": "last.txt", "content": "x"})
    # The log is the truth: what was announced while the broker was away need not be heard again.
    while bus.watch("file-stored", app_id)["path"] != "last.txt":
        pass
    assert len(stored(ground, app_id)) == BURST + 1
    assert crew.broker.consuming.is_set()
