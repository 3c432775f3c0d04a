"""file-written over RabbitMQ: answered in order, once, and also when it makes no sense."""

from collections.abc import Callable
from typing import Any

from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import routing_key
from tests.actors.conftest import Bus

Start = Callable[..., Crew]
Query = Callable[..., list[tuple[Any, ...]]]


def test_a_burst_is_stored_in_the_order_of_delivery(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(store_file)
    for n in range(40):
        bus.publish("file-written", app_id, {"path": "a", "content": str(n)})
    facts = [bus.hear("file-stored", app_id)["data"] for _ in range(40)]
    assert sorted(fact["version"] for fact in facts) == list(range(1, 41))
    history = "select convert_from(content, 'UTF8') from fleet.file_changes join fleet.blobs using (sha256)"
    found = query(f"{history} order by version", app_id=app_id)
    assert [content for (content,) in found] == [str(n) for n in range(40)]


def test_a_repeated_event_is_one_version(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(store_file)
    for content in ("1", "2"):
        bus.publish("file-written", app_id, {"path": "a", "content": content}, id=f"{app_id}-same")
    bus.publish("file-written", app_id, {"path": "b", "content": ""})
    assert [bus.hear("file-stored", app_id)["data"]["version"] for _ in range(2)] == [1, 2]
    assert query("select path from fleet.files order by path", app_id=app_id) == [("a",), ("b",)]


def test_an_event_that_breaks_the_contract_is_rejected_and_a_dead_letter(crew: Start, bus: Bus, app_id: str) -> None:
    crew(store_file)
    data = {"files": [{"path": "ok", "content": ""}, {"path": "../x", "content": ""}], "tool_index": 1}
    cause = bus.publish("file-written", app_id, data, messageid="m1")
    fact = bus.hear("file-rejected", app_id)
    assert fact["data"] == {
        "field": "files.1.path",
        "reason": "must not contain empty parts, . or ..",
        "message_id": "m1",
        "tool_index": 1,
    }
    assert bus.watch("file-rejected", app_id)["story_id"] == cause
    headers, _body = bus.dead(store_file)
    assert "files.1.path" in headers["x-error"]


def test_an_event_that_breaks_a_rule_is_rejected_without_a_dead_letter(crew: Start, bus: Bus, app_id: str) -> None:
    crew(store_file)
    bus.publish("file-written", app_id, {"path": "b", "operation": "rename", "from_path": "a"})
    assert bus.hear("file-rejected", app_id)["data"]["field"] == "from_path"
    bus.publish_raw(routing_key("file-written", app_id), b"not json")
    assert bus.dead(store_file)[1] == b"not json"
