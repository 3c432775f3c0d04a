"""An actor that misbehaves harms its own event only, and that one not for ever."""

import json
from collections.abc import Callable, Iterator

import pytest

from contracts.topology import dead_queue
from tests.actors.conftest import Bus
from tests.faults.cast import answer_build, stumble_build
from tests.faults.ground import Ground
from tests.faults.process import Process
from tests.patience import until

WANTED = {"environment": "production"}
INNOCENT = 10
EXIT_STATUS = {"hang": 70, "crash": -9}


@pytest.fixture
def bus(ground: Ground) -> Iterator[Bus]:
    """A bus on which nothing is left of the actors that played here."""
    bus = ground.bus()
    yield bus
    try:
        for process in ground.processes:
            process.end()
    finally:
        for actor in (stumble_build, answer_build):
            bus.channel.queue_delete(actor.queue)
            bus.channel.queue_delete(dead_queue(actor.name))


Play = Callable[..., Process]


@pytest.fixture
def play(ground: Ground, bus: Bus) -> Play:
    """Start one of the cast, that gives up after two attempts; what waits for it may end it before it is ready."""
    assert bus.connection.is_open
    return lambda name, *, wait=True: ground.start("tests.faults.cast", name, wait=wait, FLEET_MAX_ATTEMPTS="2")


def answered(ground: Ground, app_id: str) -> list[str]:
    return [story for _seq, kind, story in ground.story(app_id) if kind == "build-failed"]


@pytest.mark.parametrize("fate", EXIT_STATUS)
def test_what_ends_its_worker_again_and_again_is_given_up_and_takes_nobody_along(
    ground: Ground, bus: Bus, play: Play, app_id: str, fate: str
) -> None:
    worker = play("stumble_build")
    bus.publish("build-requested", app_id, WANTED, id=fate)
    for n in range(INNOCENT):
        bus.publish("build-requested", app_id, WANTED, id=f"{n}")
    for _attempt in range(3):
        worker.dies(EXIT_STATUS[fate])
        worker = play("stumble_build", wait=False)
    headers, body = bus.dead(stumble_build)
    assert json.loads(body)["id"] == fate
    assert headers["x-error"] == "event: whoever works on it goes away, again and again"
    until(lambda: len(answered(ground, app_id)) == INNOCENT, "those behind it")
    assert answered(ground, app_id) == [f"{n}" for n in range(INNOCENT)]
    assert ground.story(app_id)[0] == (1, "progress", fate)
    assert not bus.heard[dead_queue(stumble_build.name)]


def test_those_who_only_waited_behind_many_crashes_are_no_suspects(
    ground: Ground, bus: Bus, play: Play, app_id: str
) -> None:
    for n in range(3):
        bus.publish("file-written", app_id, {"path": f"{n}.txt", "content": "x"})
    worker = play("stumble_build")
    for n in range(2):
        bus.publish("build-requested", app_id, WANTED, id=f"crash-{n}")
    bus.publish("build-requested", app_id, WANTED, id="innocent")
    for _death in range(5):
        worker.dies(-9)
        worker = play("stumble_build", wait=False)
    given_up: list[str] = []
    while "crash-1" not in given_up:  # the first may be so twice: the second ends the worker that has just done it
        given_up.append(json.loads(bus.dead(stumble_build)[1])["id"])
    assert list(dict.fromkeys(given_up)) == ["crash-0", "crash-1"]
    until(lambda: answered(ground, app_id) == ["innocent"], "the one behind them")
    ground.worker()
    until(lambda: ground.stored([app_id]) == 3, "what another actor had to do")


def test_a_handler_that_exits_is_a_handler_that_fails(ground: Ground, bus: Bus, play: Play, app_id: str) -> None:
    play("stumble_build")
    bus.publish("build-requested", app_id, WANTED, id="exit")
    bus.publish("build-requested", app_id, WANTED, id="next")
    until(lambda: answered(ground, app_id) == ["next"], "the one behind it")
    headers, _body = bus.dead(stumble_build)
    assert headers["x-error"] == "event: failed 2 times, last with SystemExit"


@pytest.mark.parametrize("kind", ["WorkerThread", "ConsumerThread"])
def test_a_worker_with_a_dead_thread_leaves_and_the_next_one_goes_on(
    ground: Ground, bus: Bus, play: Play, app_id: str, kind: str
) -> None:
    worker = play("stumble_build")
    bus.publish("build-requested", app_id, WANTED, id=kind)
    worker.dies(70)
    bus.publish("build-requested", app_id, WANTED, id="next")
    play("stumble_build")
    until(lambda: sorted(answered(ground, app_id)) == [kind, "next"], "both")


def test_an_event_delivered_a_hundred_times_at_once_takes_effect_once(
    ground: Ground, bus: Bus, play: Play, app_id: str
) -> None:
    workers = [play("answer_build") for _ in range(3)]
    for _ in range(100):
        bus.publish("build-requested", app_id, WANTED, id="the same")
    bus.publish("build-requested", app_id, WANTED, id="another")
    until(lambda: sum(ended(worker) for worker in workers) == 101, "every delivery brought to its end")
    assert sorted(answered(ground, app_id)) == ["another", "the same"]
    assert sum(ended(worker, "repeated") for worker in workers) == 99
    assert min(ended(worker) for worker in workers) > 0


def ended(worker: Process, *outcomes: str) -> int:
    said = [line["outcome"] for line in worker.said() if line["event"] == "delivery_ended"]
    return sum(not outcomes or outcome in outcomes for outcome in said)
