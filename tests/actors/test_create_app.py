"""An app gets its row from app-created, once or in several tellings."""

from collections.abc import Callable
from typing import Any

from actors.create_app import create_app
from actors.store_file import store_file
from actors.worker import Crew
from tests.actors.conftest import Bus

Start = Callable[..., Crew]
Query = Callable[..., list[tuple[Any, ...]]]

ROW = "select name, owner, template, tier, strategy, version from fleet.apps"


def test_an_app_is_created_and_its_story_ends(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(create_app)
    said = {"name": "Demo", "owner": "o", "template": "t", "tier": "pro", "strategy": {"primary": "cloudflare"}}
    cause = bus.publish("app-created", app_id, said)
    step = bus.watch("progress", app_id)
    assert (step["stage"], step["progress"], step["story_id"]) == ("created", 100, cause)
    assert query(ROW, app_id=app_id) == [("Demo", "o", "t", "pro", {"primary": "cloudflare"}, 0)]


def test_a_second_telling_fills_in_and_the_last_word_holds(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(create_app)
    for said in ({"name": "One", "strategy": "manual"}, {"name": "Two", "tier": "dedicated"}, {}):
        bus.publish("app-created", app_id, said)
        bus.watch("progress", app_id)
    assert query(ROW, app_id=app_id) == [("Two", None, None, "dedicated", "manual", 0)]


def test_files_and_description_may_come_in_either_order(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(create_app, store_file)
    bus.publish("file-written", app_id, {"path": "a", "content": "1"})
    assert bus.hear("file-stored", app_id)["data"]["version"] == 1
    bus.publish("app-created", app_id, {"name": "Late"})
    bus.watch("progress", app_id)
    bus.publish("file-written", app_id, {"path": "b", "content": "1"})
    assert bus.hear("file-stored", app_id)["data"]["version"] == 2
    assert query(ROW, app_id=app_id) == [("Late", None, None, "shared", None, 2)]
