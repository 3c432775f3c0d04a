"""The tables of an app over HTTP: what each is made of, and how many rows it had when they were counted."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
import pytest

from sql import entities
from tests.gateway.conftest import Gateway, token
from tests.sql.ground import Stage, make_apps

TABLES = (
    {"table": "lists", "columns": [{"name": "name", "type": "text", "unique": True}], "access": "app"},
    {
        "table": "todos",
        "columns": [
            {"name": "title", "type": "text", "nullable": False},
            {"name": "at", "type": "timestamp", "default": "now()"},
            {"name": "list", "type": "uuid", "references": {"table": "lists", "on_delete": "cascade"}},
        ],
        "indexes": [{"columns": ["title"]}],
    },
)


Ask = Callable[[str, str], httpx.Response]


@pytest.fixture
def ask(served: Gateway) -> Iterator[Ask]:
    with served.client(token()) as client:
        yield lambda app_id, path: client.get(f"/v1/apps/{app_id}{path}")


@pytest.fixture
def app_with_rows(database_url: str, app_id: str) -> str:
    catalog = make_apps(database_url, [app_id], TABLES)[app_id]

    async def write() -> None:
        async with Stage.opened(database_url) as stage, stage.tx.transaction():
            asking = await stage.be(app_id, "ann")
            await entities.insert(stage.tx, asking, catalog.tables["todos"], [{"title": "milk"}, {"title": "tea"}])

    asyncio.run(write())
    return app_id


def test_tables_are_listed_with_their_sizes(ask: Ask, app_with_rows: str) -> None:
    found = ask(app_with_rows, "/tables").json()
    assert [(one["name"], one["access"], one["rows"]) for one in found["tables"]] == [
        ("lists", "app", 0),
        ("todos", "user", 2),
    ]
    todos = found["tables"][1]
    assert (todos["full_name"], todos["has_rls"]) == (f"app_{app_with_rows}_todos", True)
    assert todos["bytes"] > 0
    assert todos["counted_at"]
    released = ask(app_with_rows, "/tables?data=production").json()
    assert [one["rows"] for one in released["tables"]] == [0, 0]
    state = ask(app_with_rows, "").json()
    assert state["tables"] == [{"name": "lists", "access": "app"}, {"name": "todos", "access": "user"}]


def test_a_table_is_shown_with_its_columns_rules_and_relationships(ask: Ask, app_with_rows: str) -> None:
    found = ask(app_with_rows, "/tables/todos").json()
    columns = {one["name"]: one for one in found["columns"]}
    assert list(columns) == ["id", "created_at", "updated_at", "owner", "title", "at", "list"]
    assert (columns["title"]["nullable"], columns["title"]["indexed"]) == (False, True)
    assert columns["at"]["default"] == "now()"
    assert [one["columns"] for one in found["indexes"]] == [["title"]]
    link = {"from": "todos.list", "to": "lists.id", "on_delete": "cascade"}
    assert found["refers_to"] == [link]
    other = ask(app_with_rows, "/tables/lists").json()
    assert other["referred_to_by"] == [link]
    missing = ask(app_with_rows, "/tables/nope")
    assert missing.status_code == 404
    assert "there are lists, todos" in missing.json()["detail"]
