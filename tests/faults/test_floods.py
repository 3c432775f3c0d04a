"""Much at once: every file is stored, in its order, and an app that is flooded keeps no other waiting for ever."""

import asyncio
import json
import time
from collections import Counter

from actors.runtime.wire import Wire
from contracts.cloudevents import STRUCTURED, encode
from contracts.event import Envelope
from contracts.topology import EVENTS, routing_key
from tests.actors.conftest import Bus
from tests.faults.ground import Ground
from tests.patience import PATIENCE, until


def flood(ground: Ground, app_ids: list[str], count: int) -> None:
    """Publish so many files of each app, the apps in turn, and return when the broker has confirmed them all."""

    async def publish() -> None:
        wire = Wire(ground.rabbit.url, name="flood")
        await wire.start()
        await wire.ready(PATIENCE)
        try:
            sent = [_publish(wire, n, app_id) for n in range(count) for app_id in app_ids]
            assert all(await asyncio.gather(*sent))
        finally:
            await wire.close()

    asyncio.run(publish())


def _publish(wire: Wire, n: int, app_id: str) -> asyncio.Future[bool]:
    data = {"path": f"src/{n}.ts", "content": f"export const n = {n}\n"}
    body = encode(Envelope(f"{n}", "test", "file-written", app_id, data)).encode()
    key = routing_key("file-written", app_id)
    return wire.publish(EVENTS, key, body, content_type=STRUCTURED, message_id=f"{app_id} {n}", mandatory=True)


def announced(bus: Bus, count: int) -> Counter[str]:
    """Return how many files of each app were announced as stored; one may be so twice."""
    heard, deadline = dict[str, str](), time.monotonic() + PATIENCE
    while len(heard) < count:
        assert time.monotonic() < deadline, f"{len(heard)} of {count} announced, and no more"
        bus.connection.process_data_events(1)
        while bus.heard[bus.ear]:
            deadline = time.monotonic() + PATIENCE
            event = json.loads(bus.heard[bus.ear].popleft()[1])
            if event["type"] == "overskill.file-stored":
                heard[event["id"]] = event["subject"]
    return Counter(heard.values())


def in_order(ground: Ground, app_id: str) -> bool:
    """Tell whether versions were given in the order of publishing."""
    rows = ground.ask("select path from fleet.file_changes where app_id = %s order by version", app_id)
    return [path for (path,) in rows] == [f"src/{n}.ts" for n in range(len(rows))]


def test_five_hundred_files_of_one_app(ground: Ground, app_id: str) -> None:
    ground.worker()
    ground.worker()
    flood(ground, [app_id], 500)
    ground.all_stored([app_id], 500)
    assert len(ground.files(app_id)) == 500
    assert in_order(ground, app_id)
    ground.gapless([app_id])


def test_twenty_files_each_of_a_hundred_apps(ground: Ground, app_id: str) -> None:
    bus = ground.bus()
    app_ids = [f"{app_id}-{n}" for n in range(100)]
    flood(ground, app_ids, 20)
    ground.relay()  # a worker may have stored its first files before it was connected
    ground.worker()
    ground.worker()
    ground.all_stored(app_ids, 2_000)
    assert [app for app in app_ids if not in_order(ground, app)] == []
    ground.gapless(app_ids)
    assert announced(bus, 2_000) == Counter(dict.fromkeys(app_ids, 20))


def test_a_newcomer_does_not_wait_for_the_end_of_a_flood(ground: Ground, app_id: str) -> None:
    flood(ground, [app_id], 500)
    ground.bus().publish("app-created", f"{app_id}-new", {})
    ground.worker()
    ground.all_stored([app_id], 500)
    until(lambda: bool(ground.story(f"{app_id}-new")), "the newcomer's story")
    told = "select min(at), max(at) from fleet.progress where app_id = %s"
    ((newcomer, _),), ((_, last),) = ground.ask(told, f"{app_id}-new"), ground.ask(told, app_id)
    assert newcomer < last


def test_a_database_that_cuts_its_connections_again_and_again_swaps_nothing(ground: Ground, app_id: str) -> None:
    ground.worker()
    flood(ground, [app_id], 400)
    cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'fleet_worker'"
    while ground.stored([app_id]) < 400:
        ground.ask(cut)
        ground.all_stored([app_id], min(400, ground.stored([app_id]) + 20))
    assert in_order(ground, app_id)
    ground.gapless([app_id])
