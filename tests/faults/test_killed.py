"""kill -9, at the worst moment: whoever comes next finds everything, and does it once."""

import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from sql.database import role_url
from tests.actors.conftest import Bus
from tests.actors.desk import desk
from tests.faults.ground import Ground, held, waiting
from tests.launcher.conftest import fleet_in as fleet_in  # noqa: PLC0414 - pytest finds fixtures by name
from tests.launcher.running import Fleet, survivors
from tests.patience import until

BURST = 60


def test_a_worker_killed_in_the_middle_of_a_job_leaves_it_to_the_next(ground: Ground, app_id: str) -> None:
    bus, worker = ground.bus(), ground.worker()
    bus.publish("file-written", app_id, {"path": "a.txt", "content": "before"})
    bus.hear("file-stored", app_id)
    with held(ground, app_id):
        for n in range(BURST):
            bus.publish("file-written", app_id, {"path": f"{n}.txt", "content": f"text {n}"})
        until(lambda: waiting(ground), "a worker in the middle of a job")
        worker.kill()
    ground.worker()
    versions = [bus.hear("file-stored", app_id)["data"]["version"] for _ in range(BURST)]
    assert sorted(versions) == list(range(2, BURST + 2))
    assert ground.files(app_id) == {"a.txt": "before"} | {f"{n}.txt": f"text {n}" for n in range(BURST)}
    assert len(ground.story(app_id)) == BURST + 1


def test_workers_killed_again_and_again_while_events_flow_swap_nothing(ground: Ground, app_id: str) -> None:
    bus = ground.bus()
    ground.relay()
    for life in range(4):
        worker = ground.worker()
        for n in range(BURST):
            bus.publish("file-written", app_id, {"path": "a.txt", "content": f"{life}.{n}"})
        half_stored(ground, app_id, life)
        worker.kill()
    ground.worker()
    until(lambda: ground.stored([app_id]) == 4 * BURST, "all of it stored")
    assert ground.files(app_id) == {"a.txt": f"3.{BURST - 1}"}
    ground.gapless([app_id])
    announced(bus, app_id, 4 * BURST)


def test_a_relay_killed_while_it_publishes_leaves_it_to_the_next(ground: Ground, app_id: str) -> None:
    bus = ground.bus()
    with desk(ground.postgres.url, app_id, app_files=1_000) as kept:  # commits, and publishes nothing
        for n in range(400):
            kept.write(f"{n}.txt")
    relays = [ground.relay(), ground.relay()]
    first = bus.hear("file-stored", app_id)
    relays[0].kill()
    announced(bus, app_id, 400, {first["data"]["version"]})
    until(lambda: not ground.owed(), "nothing owed")


def test_a_killed_launcher_takes_its_fleet_along_and_the_next_one_goes_on(
    fleet_in: Callable[..., Fleet], tmp_path: Path
) -> None:
    fleet = fleet_in(tmp_path / "home", FLEET_HTTP="127.0.0.1:0")
    fleet.up()
    with closing(Bus(fleet.home.read_env()["FLEET_AMQP_URL"])) as bus:
        for n in range(BURST):
            bus.publish("file-written", "demo", {"path": f"{n}.txt", "content": "text"})
    family = fleet.family()
    os.kill(family[0].pid, signal.SIGKILL)
    fleet.gone()
    assert survivors(family) == []
    fleet.up()
    until(lambda: stored_in(fleet) == {f"{n}.txt" for n in range(BURST)}, "everything that was accepted")


def half_stored(ground: Ground, app_id: str, life: int) -> None:
    until(lambda: ground.stored([app_id]) > life * BURST + BURST // 2, "half of it stored")


def announced(bus: Bus, app_id: str, count: int, heard: frozenset[int] | set[int] = frozenset()) -> None:
    """Hear every version announced; some twice, for who is killed between publishing and noting so leaves it owed."""
    heard = set(heard)
    while len(heard) < count:
        heard.add(bus.hear("file-stored", app_id)["data"]["version"])
    assert heard == set(range(1, count + 1))


def stored_in(fleet: Fleet) -> set[str]:
    url = role_url(fleet.home.read_env()["FLEET_DATABASE_URL"], "fleet_worker")
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('fleet.app_id', 'demo', true)")
        return {path for (path,) in connection.execute("select path from fleet.files").fetchall()}
