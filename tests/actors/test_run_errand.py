"""Tools that reach out: in their own time, again where the other side is unwell, stopped where nobody wants it."""

import base64
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from actors.finish_tool import finish_tool
from actors.refresh_preview import refresh_preview
from actors.run_errand import run_errand
from actors.run_tool import run_tool
from actors.store_file import store_file
from contracts.settings import Settings
from contracts.topology import PREVIEWS, dead_queue
from tests.actors.caller import Caller, Query
from tests.actors.conftest import Bus, running
from tests.edge.web import Answer, Asked, Web, web
from tests.patience import PATIENCE

ACTORS = (run_tool, run_errand, finish_tool, store_file, refresh_preview)
PNG = b"\x89PNG\r\n\x1a\n and so on"
MADE = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(PNG).decode()}]})
PICTURES = "/v1/images/generations"

PACKAGE = {
    "acme_tools.py": """
from actors.tools.tool import Done, Refused, Stage, Tool
from contracts.event import Model

class Arguments(Model):
    name: str

class Greet(Tool[Arguments]):
    "Greet somebody."
    name = "greet"
    arguments = Arguments
    stages = {"thinking": 40}

    def run(self, arguments, hands):
        yield Stage("thinking", arguments.name)
        if arguments.name == "nobody":
            raise ValueError("a bug")
        return Done({"greeting": f"hello {arguments.name}"})
""",
    "acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n",
    "acme-1.dist-info/entry_points.txt": "[overskill.tools]\ngreet = acme_tools:Greet\nbroken = nowhere:Nothing\n",
}


@pytest.fixture(scope="module")
def world() -> Iterator[Web]:
    """Everything outside."""
    with web() as world:
        yield world


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A package that brings a tool, and one that is broken."""
    folder = tmp_path_factory.mktemp("packages")
    for name, text in PACKAGE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        Path(folder / name).write_text(text)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def fleet(amqp_url: str, database_url: str, world: Web, package: None) -> Iterator[Bus]:  # noqa: ARG001 - it has to be there
    known = {"amqp_url": amqp_url, "database_url": database_url, "worker_threads": 4}
    outside = {"image_url": world.url("/v1"), "egress_allow": world.address, "image_key": "5up3r53cr37"}
    with closing(Bus(amqp_url)) as bus:
        bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
        with running(ACTORS, Settings.model_validate({**known, **outside})):
            yield bus
        for actor in ACTORS:
            bus.channel.queue_delete(actor.queue)
            bus.channel.queue_delete(dead_queue(actor.name))


@pytest.fixture
def caller(fleet: Bus, query: Query, app_id: str, world: Web) -> Caller:
    world.asked.clear()
    return Caller(fleet, query, app_id)


def test_a_picture_of_a_provider_is_kept_as_what_it_is(caller: Caller, world: Web) -> None:
    world.says(PICTURES, MADE, "application/json")
    caller.call(0, "generate_image", {"prompt": "a boat", "file_path": "public/boat.jpg"})
    details = caller.completed(0)
    assert (details["file_path"], details["url"], details["file_size"]) == ("public/boat.png", "/boat.png", len(PNG))


def test_a_provider_that_is_unwell_is_asked_again_under_the_same_key(caller: Caller, world: Web) -> None:
    answers = iter([(500, {}, b""), (429, {"retry-after": "0"}, b""), (200, {}, MADE.encode())])
    world.pages[PICTURES] = lambda _asked: next(answers)
    caller.call(0, "generate_image", {"prompt": "a boat"})
    result = caller.result(0)
    assert (result["attempt"], result["details"]["file_path"]) == (2, "public/images/a-boat.png")
    assert len({asked.headers["idempotency-key"] for asked in world.asked}) == 1
    told = [step for step in caller.told() if step["kind"] == "progress" and step.get("tool_index") == 0]
    assert [(step["stage"], step["attempt"]) for step in told if step["stage"] == "generating"] == [
        ("generating", 1),
        ("generating", 2),
        ("generating", 2),
    ]
    assert {step["attempt"] for step in told[-3:]} == {2}


def test_a_provider_that_stays_unwell_or_declines_is_the_end(caller: Caller, world: Web) -> None:
    world.says(PICTURES, "{}", "application/json", 502)
    caller.call(0, "generate_image", {"prompt": "a boat"})
    assert caller.failed(0) == "the image provider answers 502"
    assert len(world.asked) == 3
    error = {"type": "invalid_request_error", "message": "not that", "param": None, "code": None}
    world.says(PICTURES, json.dumps({"error": error}), "application/json", 400)
    caller.call(1, "generate_image", {"prompt": "a boat"})
    assert caller.failed(1) == "the image provider declines: not that"
    assert "5up3r" not in json.dumps(caller.told())


def test_a_call_that_is_stopped_while_it_runs_leaves_nothing_behind(caller: Caller, world: Web) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def slow(_asked: Asked) -> Answer:
        asked.set()
        assert goes_on.wait(PATIENCE)
        return 200, {}, MADE.encode()

    world.pages[PICTURES] = slow
    caller.call(0, "generate_image", {"prompt": "a boat"})
    assert asked.wait(PATIENCE)
    caller.call(1, "os-read", {"file_path": "public/images/a-boat"})  # waits, as it touches the same
    caller.cancel()
    assert caller.failed(0) == "cancelled: its message was stopped while it ran"
    assert caller.failed(1) == "cancelled: its message was stopped before it began"
    goes_on.set()
    other = Caller(caller.bus, caller.query, caller.app_id)
    other.call(0, "generate_image", {"prompt": "a boat"})
    other.completed(0)
    assert [step["kind"] for step in caller.told()][-2:] == ["tool-failed", "tool-failed"]


def test_a_slow_call_keeps_no_other_waiting(caller: Caller, world: Web) -> None:
    goes_on = threading.Event()

    def slow(_asked: Asked) -> Answer:
        assert goes_on.wait(PATIENCE)
        return 200, {}, MADE.encode()

    world.pages[PICTURES] = slow
    caller.call(0, "generate_image", {"prompt": "a boat"})
    caller.call(1, "os-write", {"file_path": "a.txt", "content": "a"})
    caller.completed(1)
    assert caller.steps(0)[-1] == ("generating", 20)
    goes_on.set()
    caller.completed(0)


def test_a_page_is_read_as_somebody_would_see_it(caller: Caller, world: Web) -> None:
    page = "<html><head><title>A &amp; B</title><style>p {}</style></head><body><p>one</p><script>x()</script><p>two"
    world.says("/page", page, "text/html; charset=utf-8")
    world.says("/picture", "x", "image/png")
    caller.call(0, "fetch_url", {"url": world.url("/page")})
    caller.call(1, "fetch_url", {"url": world.url("/picture")})
    details = caller.completed(0)
    assert (details["title"], details["text"], details["status"]) == ("A & B", "one\ntwo", 200)
    assert caller.steps(0) == [("resolving", 10), ("fetching", 30), ("reading", 80), ("complete", 100)]
    assert caller.failed(1) == "url: is no text, but image/png"


def test_a_tool_of_another_package_is_one_like_ours(caller: Caller) -> None:
    caller.call(0, "greet", {"name": "you"})
    assert caller.completed(0) == {"greeting": "hello you"}
    assert caller.steps(0) == [("thinking", 40), ("complete", 100)]
    caller.call(1, "gret", {})
    assert caller.result(1)["nearest"][0] == "greet"


def test_a_tool_with_a_bug_fails_its_call_and_says_so(caller: Caller) -> None:
    caller.call(0, "greet", {"name": "nobody"})
    result = caller.result(0)
    assert (result["reason"], result["attempt"]) == ("greet broke 3 times, last with ValueError", 3)
