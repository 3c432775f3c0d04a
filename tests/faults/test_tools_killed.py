"""kill -9 while tools run: every call ends, once, and soon."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.actors.caller import Caller
from tests.edge.web import Answer, Asked, Web, web
from tests.faults.ground import Ground, waiting
from tests.faults.process import Process
from tests.patience import PATIENCE, until

PNG = b"\x89PNG\r\n\x1a\n and so on"
MADE = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(PNG).decode()}]}).encode()
CALLS = 40


@pytest.fixture
def world() -> Iterator[Web]:
    with web() as world:
        yield world


@pytest.fixture
def tools(ground: Ground, world: Web) -> Callable[[], Process]:
    """Start a worker that runs tools; the others are there."""
    ground.worker()
    ground.relay()
    ground.start("actors.worker", "--group", "preview")
    return lambda: ground.start("actors.worker", "--group", "tools", FLEET_IMAGE_URL=world.url("/v1"))


@pytest.fixture
def caller(ground: Ground, app_id: str) -> Caller:
    def query(sql: str, *parameters: Any, app_id: str = "") -> list[tuple[Any, ...]]:
        assert app_id  # whose it is stands in the question; who asks here sees all
        return ground.ask(sql, *parameters)

    return Caller(ground.bus(), query, app_id)


def test_a_worker_killed_in_the_middle_of_a_call_leaves_it_to_the_next(
    ground: Ground, tools: Callable[[], Process], caller: Caller
) -> None:
    worker = tools()
    caller.call(0, "os-write", {"file_path": "a.txt", "content": "before"})
    caller.completed(0)
    with ground.superuser() as connection, connection.transaction():
        connection.execute("select from fleet.tool_messages where message_id = %s for update", (caller.message_id,))
        caller.call(1, "os-write", {"file_path": "a.txt", "content": "after"})
        until(lambda: waiting(ground), "a worker in the middle of a call")
        worker.kill()
    tools()
    assert caller.completed(1)["version"] == 2
    assert ground.files(caller.app_id) == {"a.txt": "after"}
    assert Counter(step["kind"] for step in caller.told())["tool-completed"] == 2


def test_an_errand_whose_worker_is_killed_is_taken_over_and_asks_under_the_same_key(
    tools: Callable[[], Process], caller: Caller, world: Web
) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def slow(_asked: Asked) -> Answer:
        asked.set()
        if len(world.asked) == 1:
            goes_on.wait(PATIENCE)
        return 200, {}, MADE

    world.pages["/v1/images/generations"] = slow
    worker = tools()
    caller.call(0, "generate_image", {"prompt": "a boat"})
    assert asked.wait(PATIENCE)
    worker.kill()
    goes_on.set()
    tools()
    result = caller.result(0)
    assert (result["attempt"], result["details"]["file_path"]) == (2, "public/images/a-boat.png")
    assert [one.headers["idempotency-key"] for one in world.asked] == [world.asked[0].headers["idempotency-key"]] * 2


def test_workers_killed_again_and_again_leave_no_call_without_its_one_end(
    ground: Ground, tools: Callable[[], Process], caller: Caller
) -> None:
    for life in range(3):
        worker = tools()
        for index in range(CALLS):
            path = f"{index % 8}.txt"
            tool, more = ("os-write", {"content": f"{life}.{index}"}) if index % 5 else ("os-read", {})
            caller.call(life * CALLS + index, tool, {"file_path": path, **more})
        until(lambda life=life: ended(caller) > life * CALLS + CALLS // 4, "some of them ended")  # type: ignore[misc]
        worker.kill()
    tools()
    until(lambda: ended(caller) >= 3 * CALLS, "all of them ended")
    ends = Counter(step["tool_index"] for step in caller.told() if step["kind"] in {"tool-completed", "tool-failed"})
    assert ends == Counter(range(3 * CALLS))
    last = {index % 8: f"2.{index}" for index in range(CALLS) if index % 5}
    assert ground.files(caller.app_id) == {f"{n}.txt": text for n, text in last.items()}
    ground.gapless([caller.app_id])


def ended(caller: Caller) -> int:
    return sum(step["kind"] in {"tool-completed", "tool-failed"} for step in caller.told())
