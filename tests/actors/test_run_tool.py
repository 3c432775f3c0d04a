"""Calls of tools, from tool-called to their end: with the real files, and the real preview."""

import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from actors.finish_tool import finish_tool
from actors.refresh_preview import refresh_preview
from actors.run_errand import run_errand
from actors.run_tool import run_tool
from actors.store_file import store_file
from contracts.settings import Settings
from contracts.topology import PREVIEWS, dead_queue
from sql.database import role_url
from tests.actors.caller import Caller, Query
from tests.actors.conftest import Bus, running

ACTORS = (run_tool, run_errand, finish_tool, store_file, refresh_preview)
PAGE = '<!doctype html><html><head></head><body><script type="module" src="/src/main.js"></script></body></html>'
WRITTEN = [("analyzing", 10), ("writing", 30), ("updating_preview", 60), ("validating", 80), ("complete", 100)]


@pytest.fixture(scope="module")
def fleet(amqp_url: str, database_url: str) -> Iterator[Bus]:
    """The actors at work, for all tests here, and a bus to them."""
    settings = Settings.model_validate({"amqp_url": amqp_url, "database_url": database_url, "worker_threads": 4})
    with closing(Bus(amqp_url)) as bus:
        bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
        with running(ACTORS, settings):
            yield bus
        for actor in ACTORS:
            bus.channel.queue_delete(actor.queue)
            bus.channel.queue_delete(dead_queue(actor.name))


@pytest.fixture
def caller(fleet: Bus, query: Query, app_id: str) -> Caller:
    return Caller(fleet, query, app_id)


@pytest.fixture
def app(caller: Caller) -> Caller:
    """An app that is shown already."""
    caller.bus.publish(
        "file-written",
        caller.app_id,
        {"files": [{"path": "index.html", "content": PAGE}, {"path": "src/main.js", "content": "export {};\n"}]},
    )
    caller.bus.hear("preview-ready", caller.app_id)
    return caller


def test_a_written_file_is_told_stage_by_stage_until_it_is_drawn(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "src/main.js", "content": "document.title = 'hi';\n"}, iteration=None)
    details = app.completed(0)
    assert app.steps(0) == WRITTEN
    assert app.text("src/main.js") == "document.title = 'hi';\n"
    assert (details["file_path"], details["file_size"], details["lines"]) == ("src/main.js", 23, 1)
    assert details["preview_url"] == f"http://preview-{app.app_id}.localhost:8787"
    assert details["validation"] == {"compiled": True, "applied": False, "note": "no page open", "errors": []}
    last, end = app.told()[-2:]
    assert (last["stage"], last["details"]) == ("complete", end["details"])


def test_every_step_names_its_call(app: Caller) -> None:
    tool = {"name": "write_file", "input": {"path": "a.txt", "content": "a"}}
    data = {"message_id": app.message_id, "tool_index": 2, "iteration": 3, "tool": tool}
    called = app.bus.publish("tool-called", app.app_id, data)
    app.completed(2)
    told = app.told()
    assert {step["story_id"] for step in told} == {called}
    calls = [step for step in told if "tool_index" in step and step["kind"] == "progress"]
    assert {(step["iteration"], step["tool_name"], step["attempt"]) for step in calls} == {(3, "os-write", 1)}
    assert "file-written" not in {step["kind"] for step in told}


def test_a_file_that_does_not_compile_is_kept_and_its_error_told(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "src/main.js", "content": "const a = (\n"})
    validation = app.completed(0)["validation"]
    assert (validation["compiled"], validation["applied"]) == (False, False)
    (error,) = validation["errors"]
    assert (error["file"], error["line"] in {1, 2}, bool(error["frame"])) == ("src/main.js", True, True)


def test_a_first_file_of_a_new_app_does_not_wait_for_a_page(caller: Caller) -> None:
    for index in range(3):
        caller.call(index, "os-write", {"file_path": f"src/{index}.js", "content": "export {};\n"})
    for index in range(3):
        validation = caller.completed(index)["validation"]
        assert validation["compiled"] is None
        assert validation["note"].startswith("There is nothing to show yet")


def test_applied_is_what_an_open_page_has_acknowledged(app: Caller, database_url: str) -> None:
    def acknowledge() -> None:
        with psycopg.connect(role_url(database_url, "fleet_gateway")) as connection:
            connection.execute("select set_config('fleet.app_id', %s, true)", (app.app_id,))
            connection.execute("update fleet.preview_revisions set acknowledged = now()")

    acknowledge()
    app.call(0, "os-write", {"file_path": "src/main.js", "content": "document.title = 'seen';\n"})
    while "validating" not in {step for step, _ in app.steps(0)}:
        app.bus.watch("progress", app.app_id)
    assert app.steps(0)[-1] == ("validating", 80)
    acknowledge()
    app.bus.publish_raw(
        f"preview-acknowledged.{app.app_id}",
        json.dumps(
            {
                "specversion": "1.0",
                "id": str(uuid.uuid4()),
                "source": "overskill/preview",
                "type": "overskill.preview-acknowledged",
                "subject": app.app_id,
                "data": {"revision": "e.2"},
            }
        ).encode(),
    )
    assert app.completed(0)["validation"] == {"compiled": True, "applied": True, "errors": []}


def test_a_page_that_was_open_and_says_nothing_keeps_nobody_waiting(app: Caller, database_url: str) -> None:
    with psycopg.connect(role_url(database_url, "fleet_gateway")) as connection:
        connection.execute("select set_config('fleet.app_id', %s, true)", (app.app_id,))
        connection.execute("update fleet.preview_revisions set acknowledged = now()")
    app.call(0, "os-write", {"file_path": "src/main.js", "content": "document.title = 'unseen';\n"})
    assert app.completed(0)["validation"]["note"] == "no open page has shown it yet"


def test_a_file_that_is_refused_fails_its_call(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "src/main.js/deeper.js", "content": ""})
    assert app.failed(0).startswith("path: ")
    assert app.steps(0) == WRITTEN[:2]


def test_what_touches_the_same_comes_one_after_the_other(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "a.txt", "content": "one two\n"})
    app.call(1, "os-line-replace", {"file_path": "a.txt", "search": "one", "replace": "1"})
    app.call(2, "os-line-replace", {"file_path": "a.txt", "search": "two", "replace": "2"})
    app.call(3, "os-rename", {"file_path": "a.txt", "new_path": "b.txt"})
    app.call(4, "os-read", {"file_path": "b.txt"})
    app.call(5, "os-search", {"query": "1 2", "include": "*.txt"})
    app.call(6, "os-delete", {"file_path": "b.txt"})
    app.call(7, "os-read", {"file_path": "b.txt"})
    assert app.completed(4)["content"] == "1 2\n"
    assert app.completed(5)["matches"] == [{"file_path": "b.txt", "line": 1, "text": "1 2"}]
    assert app.completed(6)["operation"] == "delete"
    assert app.failed(7) == "file_path: there is no b.txt"
    assert all(app.completed(index)["version"] == index + 2 for index in range(4))


def test_a_passage_must_be_there_exactly_once(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "a.txt", "content": "x\ny\nx\n"})
    app.call(1, "os-line-replace", {"file_path": "a.txt", "search": "x", "replace": "z"})
    app.call(2, "os-line-replace", {"file_path": "a.txt", "search": "nothing", "replace": "z"})
    app.call(3, "os-line-replace", {"file_path": "a.txt", "search": "x", "replace": "z", "first_line": 2})
    assert "is in a.txt 2 times, beginning in lines 1, 3" in app.failed(1)
    assert app.failed(2).startswith("search: is not in a.txt")
    assert app.completed(3)["line"] == 3
    assert app.text("a.txt") == "x\ny\nz\n"


def test_a_package_is_added_to_what_package_json_says(app: Caller) -> None:
    app.call(0, "os-write", {"file_path": "package.json", "content": '{"name": "x", "dependencies": {"react": "19"}}'})
    app.call(1, "add_dependency", {"package": "lodash@^4"})
    app.call(2, "add_dependency", {"package": "git+ssh://somewhere"})
    assert app.completed(1)["package_version"] == "^4"
    assert json.loads(app.text("package.json")) == {"name": "x", "dependencies": {"lodash": "^4", "react": "19"}}
    assert app.failed(2).startswith("package: ")


def test_a_deploy_ends_with_what_became_of_it(app: Caller) -> None:
    about = {"deployment_id": "d", "environment": "staging", "target": "local"}
    endings: list[tuple[str, dict[str, Any]]] = [
        ("deploy-succeeded", {**about, "url": "http://staging", "release_id": "r", "seconds": 0.1}),
        ("deploy-failed", {**about, "step": "verify", "reason": "no", "fallback_triggered": False}),
    ]
    for n, (kind, data) in enumerate(endings):
        app.call(n, "deploy", {"environment": "staging"})
        asked = app.bus.hear("deploy-requested", app.app_id)
        app.bus.publish(kind, app.app_id, data, causationid=asked["id"])
    assert app.completed(0)["url"] == "http://staging"
    assert app.failed(1) == "verify: no"


def test_an_unknown_tool_is_answered_with_the_nearest(caller: Caller) -> None:
    caller.call(0, "os-wirte", {})
    result = caller.result(0)
    assert (result["reason"], result["nearest"][0]) == ("there is no tool os-wirte", "os-write")


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("os-write", {"content": "x"}, "file_path: "),
        ("os-write", {"file_path": "../x", "content": "x"}, "file_path: must not contain empty parts"),
        ("create_table", {"table_name": "t", "columns": []}, "columns: "),
        ("alter_table", {"table_name": "t"}, "needs exactly one of add_column"),
        ("deploy", {"environment": "preview"}, "environment: "),
        ("fetch_url", {"url": "http://127.0.0.1:1/"}, "url: "),
        ("fetch_url", {"url": "file:///etc/passwd"}, "url: only http:// and https://"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    caller: Caller, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    caller.call(0, tool, arguments)
    assert reason in caller.failed(0)


def test_a_call_that_comes_twice_is_one_effect_and_one_result(app: Caller) -> None:
    arguments = {"file_path": "a.txt", "content": "a"}
    event_id = app.call(0, "os-write", arguments)
    first = app.completed(0)
    app.call(0, "os-write", arguments, id=event_id)
    app.call(0, "os-write", {"file_path": "a.txt", "content": "another"})
    assert app.completed(0) == first
    app.call(1, "os-read", {"file_path": "a.txt"})
    assert app.completed(1)["content"] == "a"
    assert len([step for step in app.told() if step["kind"] == "tool-completed"]) == 3


def test_a_call_that_failed_may_be_called_again_and_supersedes(app: Caller) -> None:
    app.call(0, "os-read", {"file_path": "a.txt"})
    app.failed(0)
    app.call(1, "os-write", {"file_path": "a.txt", "content": "a"})
    app.completed(1)
    app.call(0, "os-read", {"file_path": "a.txt"})
    assert app.result(0)["attempt"] == 2
    assert [step["attempt"] for step in app.told() if step["kind"] == "progress" and step["tool_index"] == 0] == [
        1,
        2,
        2,
    ]


def test_a_picture_is_drawn_without_a_key_and_kept(app: Caller) -> None:
    app.call(0, "generate_image", {"prompt": "A <red> Balloon\x00 over the sea"})
    details = app.completed(0)
    assert details["file_path"] == "public/images/a-red-balloon-over-the-sea.svg"
    assert (details["url"], details["provider"]) == ("/images/a-red-balloon-over-the-sea.svg", "placeholder")
    assert "&lt;red&gt;" in app.text(details["file_path"])
    stages = [("preparing", 10), ("generating", 20), ("storing", 50), *WRITTEN[2:]]
    assert app.steps(0) == stages


def test_a_stopped_message_ends_what_has_not_begun(caller: Caller, database_url: str) -> None:
    with psycopg.connect(role_url(database_url, "fleet_worker")) as connection:
        caller.call(0, "os-write", {"file_path": "a.txt", "content": "a"})
        caller.completed(0)
        connection.execute("select set_config('fleet.app_id', %s, true)", (caller.app_id,))
        connection.execute("select from fleet.apps where app_id = %s for update", (caller.app_id,))
        caller.call(1, "os-write", {"file_path": "a.txt", "content": "b"})  # store_file waits for the row
        caller.call(2, "os-read", {"file_path": "a.txt"})
        caller.cancel()
        assert caller.failed(2) == "cancelled: its message was stopped before it began"
    assert caller.completed(1)["lines"] == 1
    caller.call(3, "os-read", {"file_path": "a.txt"})
    assert caller.failed(3) == "cancelled: its message had been stopped"


def test_a_call_that_cannot_be_read_ends_too(caller: Caller) -> None:
    data = {"message_id": caller.message_id, "tool_index": 4, "tool": {"name": "os-write", "arguments": "{"}}
    caller.bus.publish("tool-called", caller.app_id, data)
    assert caller.failed(4).startswith("tool.arguments: ")


def test_what_nobody_answers_is_ended_by_its_time(caller: Caller, database_url: str) -> None:
    """As if store_file had been away for long: what it was asked for is taken out of its hands."""
    with psycopg.connect(role_url(database_url, "fleet_worker")) as connection:
        connection.execute("select set_config('fleet.app_id', %s, true)", (caller.app_id,))
        connection.execute("insert into fleet.apps (app_id) values (%s)", (caller.app_id,))
        connection.commit()
        connection.execute("select set_config('fleet.app_id', %s, true)", (caller.app_id,))
        connection.execute("select from fleet.apps where app_id = %s for update", (caller.app_id,))
        caller.call(0, "os-write", {"file_path": "a.txt", "content": "a"})
        caller.call(1, "os-read", {"file_path": "b.txt"})
        caller.failed(1)
        with psycopg.connect(role_url(database_url, "fleet_worker")) as second:
            second.execute("select set_config('fleet.app_id', %s, true)", (caller.app_id,))
            second.execute("update fleet.tool_calls set due_at = now(), ends_at = now() where tool_index = 0")
        assert caller.failed(0) == "what it asked for was not answered in time"
