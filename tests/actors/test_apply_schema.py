"""An app's tables follow its schema-changed events, and the rows that are there stay right."""

from collections.abc import Callable
from typing import Any

import pytest

from actors.apply_schema import apply_schema
from actors.worker import Crew
from tests.actors.conftest import Bus
from tests.actors.rows import Rows

Start = Callable[..., Crew]

TODOS = {
    "table": "todos",
    "columns": [
        {"name": "id", "type": "uuid"},
        {"name": "title", "type": "text", "nullable": False},
        {"name": "done", "type": "boolean", "default": False},
        {"name": "rank", "type": "integer"},
    ],
}


class Tables:
    """An app whose tables are changed, one event after the other."""

    def __init__(self, bus: Bus, app_id: str) -> None:
        self.bus, self.app_id = bus, app_id

    def change(self, name: str, /, **asked: Any) -> int:
        """Have a change applied, and return the schema's version."""
        self.bus.publish("schema-changed", self.app_id, {"change": {name: asked}})
        return int(self.answer("schema-applied")["schema_version"])

    def refusal(self, name: str, /, **asked: Any) -> str:
        """Have a change refused, and return why."""
        self.bus.publish("schema-changed", self.app_id, {"change": {name: asked}})
        fact = self.answer("schema-rejected")
        return f"{fact.get('field')}: {fact['reason']}"

    def answer(self, kind: str) -> dict[str, Any]:
        """Wait for what is said of a change."""
        return dict(self.bus.hear(kind, self.app_id)["data"])


@pytest.fixture
def tables(crew: Start, bus: Bus, app_id: str) -> Tables:
    crew(apply_schema)
    return Tables(bus, app_id)


@pytest.fixture
def rows(database_url: str, app_id: str) -> Rows:
    return Rows(database_url, app_id)


def test_a_table_is_there_with_its_columns_and_defaults(tables: Tables, rows: Rows) -> None:
    assert tables.change("create_table", **TODOS) == 1
    (row,) = rows.insert("ann", "todos", {"title": "milk"})
    assert (row["title"], row["done"], row["rank"], row["owner"]) == ("milk", False, None, "ann")
    assert rows.insert_refused("ann", "todos", {"done": "yes"}) == "done: must be true or false"
    assert rows.insert_refused("ann", "todos", {}) == "title: must not be null"


def test_what_is_wrong_with_a_change_is_said_with_the_field_and_the_way_out(tables: Tables) -> None:
    tables.change("create_table", **TODOS)
    assert "is there already" in tables.refusal("create_table", **TODOS)
    wrong = {"table": "notes", "columns": [{"name": "todo", "type": "uuid", "references": {"table": "users"}}]}
    assert tables.refusal("create_table", **wrong) == (
        "columns.0.references.table: there is no table users; there are todos; whose a row is, its owner says"
    )
    assert "columns.0.type" in tables.refusal("create_table", table="x", columns=[{"name": "a", "type": "money"}])
    assert tables.refusal("drop_column", table="todos", column="x").startswith("column: is no column; there are title")
    assert "there is no table nope" in tables.refusal("rename_table", table="nope", to="y")


def test_columns_come_go_and_come_back(tables: Tables, rows: Rows) -> None:
    tables.change("create_table", **TODOS)
    rows.insert("ann", "todos", {"title": "milk", "rank": 3})
    tables.change("add_column", table="todos", name="tag", type="text", nullable=False, default="none")
    tables.change("rename_column", table="todos", column="rank", to="place")
    assert [(row["tag"], row["place"]) for row in rows.all("ann", "todos")] == [("none", 3)]
    tables.change("drop_column", table="todos", column="place")
    assert "place" not in rows.all("ann", "todos")[0]
    tables.change("add_column", table="todos", name="place", type="text")
    assert rows.all("ann", "todos")[0]["place"] is None
    tables.change("rename_column", table="todos", column="place", to="town")
    tables.change("restore_column", table="todos", column="place")
    assert rows.all("ann", "todos")[0]["place"] == 3
    assert "has no must" in tables.refusal("add_column", table="todos", name="must", type="text", nullable=False)
    tables.change("alter_column", table="todos", column="place", type="numeric", nullable=False)
    assert "another type" in tables.refusal("alter_column", table="todos", column="place", type="date")


def test_a_table_is_dropped_and_brought_back_with_its_rows(tables: Tables, rows: Rows) -> None:
    tables.change("create_table", **TODOS)
    rows.insert("ann", "todos", {"title": "milk"})
    tables.change("drop_table", table="todos")
    tables.change("create_table", **{**TODOS, "access": "app"})
    assert rows.all("ann", "todos") == []
    assert "is there" in tables.refusal("restore_table", table="todos")
    tables.change("rename_table", table="todos", to="other")
    tables.change("restore_table", table="todos")
    assert [row["title"] for row in rows.all("ann", "todos")] == ["milk"]


def test_what_is_unique_stays_so_and_what_is_not_cannot_become_so(tables: Tables, rows: Rows) -> None:
    tables.change("create_table", **TODOS)
    ids = [rows.insert("ann", "todos", {"title": "milk", "rank": n})[0]["id"] for n in (1, 2)]
    reason = tables.refusal("add_unique", table="todos", columns=["title"])
    assert "have the same title" in reason
    assert all(one in reason for one in ids)
    tables.change("add_unique", table="todos", columns=["title", "rank"])
    assert rows.insert_refused("bob", "todos", {"title": "milk", "rank": 1}) == "title, rank: is taken"
    rows.insert("bob", "todos", {"title": "milk"})
    rows.insert("bob", "todos", {"title": "milk"})
    tables.change("drop_unique", table="todos", columns=["title", "rank"])
    rows.insert("bob", "todos", {"title": "milk", "rank": 1})


@pytest.mark.parametrize(("on_delete", "left"), [("cascade", 0), ("set null", 1), ("restrict", 1)])
def test_rows_refer_to_rows_that_are_there(tables: Tables, rows: Rows, on_delete: str, left: int) -> None:
    tables.change("create_table", table="lists", columns=[{"name": "name", "type": "text"}])
    refers = {"name": "list", "type": "uuid", "references": {"table": "lists", "on_delete": on_delete}}
    tables.change("create_table", table="todos", columns=[{"name": "title", "type": "text"}, refers])
    (mine,) = rows.insert("ann", "lists", {"name": "home"})
    (theirs,) = rows.insert("bob", "lists", {"name": "work"})
    rows.insert("ann", "todos", {"title": "milk", "list": mine["id"]})
    refused = "list: refers to a row that is not there"
    assert rows.insert_refused("ann", "todos", {"list": theirs["id"]}) == refused, "another's row is as good as none"
    assert "todos.list refers to it" in tables.refusal("drop_table", table="lists")
    if on_delete == "restrict":
        assert rows.delete_refused("ann", "lists") == "todos.list: still refers to the row"
    else:
        rows.delete("ann", "lists")
    found = rows.all("ann", "todos")
    assert len(found) == left
    assert on_delete != "set null" or found[0]["list"] is None


def test_a_dry_run_looks_and_changes_nothing(tables: Tables, rows: Rows, bus: Bus) -> None:
    tables.change("create_table", **TODOS)
    rows.insert("ann", "todos", {"title": "milk"})
    dry = {"change": {"drop_table": {"table": "todos"}}, "dry_run": True}
    bus.publish("schema-changed", tables.app_id, dry)
    step = bus.watch("progress", tables.app_id)
    assert (step["stage"], step["progress"], step["details"]["dry_run"]) == ("checked", 100, True)
    assert len(rows.all("ann", "todos")) == 1
    assert tables.change("drop_table", table="todos") == 2


def test_many_rows_are_entered_while_everybody_goes_on(tables: Tables, rows: Rows, bus: Bus) -> None:
    tables.change("create_table", **TODOS)
    rows.fill("todos", 4_000)
    bus.publish("schema-changed", tables.app_id, {"change": {"create_index": {"table": "todos", "columns": ["rank"]}}})
    while rows.catalog().tables["todos"].fields[2].pivot == "none":
        rows.insert("ann", "todos", {"title": "new", "rank": 5_000})
    for _ in range(2):
        rows.insert("ann", "todos", {"title": "new", "rank": 5_000})
    tables.answer("schema-applied")
    everything = sorted(row["rank"] for row in rows.all("ann", "todos", order="created_at"))
    assert [row["rank"] for row in rows.all("ann", "todos", order="rank")] == everything
    assert rows.indexed("todos", "rank") == len(everything)
    reason = tables.refusal("add_unique", table="todos", columns=["rank"])
    assert "have the same rank" in reason
    rows.insert("ann", "todos", {"title": "new", "rank": 5_000})
