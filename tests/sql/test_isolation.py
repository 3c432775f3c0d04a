"""No process sees an app that its transaction is not for."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege

from sql.database import ROLES, Role, role_url

#: What a role must see of every app, by the policies that name it.
RELAYS = (
    "outbox",
    "progress",
    "inbox",
    "effects",
    "lanes",
    "preview_revisions",
    "tool_messages",
    "tool_calls",
    "end_sessions",
    "refresh_tokens",
    "violations",
    "suspensions",
    "builds",
    "releases",
    "release_artifacts",
    "deployments",
    "pointers",
)
SEES_ALL = {
    ("fleet_gateway", "apps"),
    ("fleet_gateway", "progress_heads"),
    ("fleet_gateway", "previews"),
    ("fleet_gateway", "outbox"),
    ("fleet_worker", "outbox"),
    ("fleet_worker", "lanes"),
    ("fleet_worker", "tool_calls"),
    *(("fleet_relay", table) for table in RELAYS),
}
WRITES_ALL = {
    *(("fleet_relay", table) for table in RELAYS),
}
TABLES = """
select relname, relrowsecurity, relforcerowsecurity from pg_class
join pg_attribute on attrelid = pg_class.oid and attname = 'app_id' and not attisdropped
where relnamespace = 'fleet'::regnamespace and relkind in ('r', 'p') order by relname
"""


@pytest.fixture(scope="module")
def tables(database_url: str) -> list[str]:
    """Every table that bears an app, with one row of the app `other`."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        names = [row[0] for row in connection.execute(TABLES).fetchall()]
        for name in names:
            connection.execute(sql.SQL("alter table fleet.{} no force row level security").format(sql.Identifier(name)))
            _insert(connection, name, "other")
            connection.execute(sql.SQL("alter table fleet.{} force row level security").format(sql.Identifier(name)))
    return names


def _insert(connection: Connection[Any], table: str, app_id: str) -> None:
    """Insert a row with something in every column that must have it."""
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'fleet' and table_name = %s"
        " and is_nullable = 'NO' and column_default is null and is_identity = 'NO' and column_name <> 'app_id'",
        (table,),
    ).fetchall()
    values = {"app_id": app_id, **{name: "x" if kind == "text" else _some(kind) for name, kind in columns}}
    connection.execute(
        sql.SQL("insert into fleet.{} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Literal, values.values())),
        )
    )


def _some(kind: str) -> str:
    if kind == "uuid":
        return str(UUID(int=1))
    return "2026-01-01" if kind.startswith("timestamp") else "{}" if kind.startswith("json") else "1"


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> Role:
    found: Role = request.param
    return found


@pytest.fixture
def connection(database_url: str, role: Role) -> Iterator[Connection[Any]]:
    with psycopg.connect(role_url(database_url, role), autocommit=True) as opened:
        yield opened


def rows(connection: Connection[Any], statement: str, table: str, app_id: str | None) -> int:
    """Return how many rows a statement reaches; none where it is not allowed at all. Nothing of it stays."""
    with connection.transaction(force_rollback=True):
        if app_id is not None:
            connection.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
        try:
            return connection.execute(sql.SQL(statement).format(sql.Identifier(table))).rowcount
        except InsufficientPrivilege:
            return 0


def test_every_table_that_bears_an_app_forces_row_level_security(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        found = connection.execute(TABLES).fetchall()
    assert len(found) >= 10
    assert [name for name, enabled, forced in found if not (enabled and forced)] == []


@pytest.mark.parametrize("app_id", ["mine", "", None])
def test_another_apps_rows_are_not_there(
    connection: Connection[Any], role: Role, tables: list[str], app_id: str | None
) -> None:
    seen = {(role, table) for table in tables if rows(connection, "select from fleet.{}", table, app_id)}
    assert seen == {pair for pair in SEES_ALL if pair[0] == role}


@pytest.mark.parametrize("story_id", ["x", "y", ""])
def test_a_story_that_is_named_is_seen_by_the_gateway_and_nothing_else_is(
    connection: Connection[Any], role: Role, tables: list[str], story_id: str
) -> None:
    connection.execute("select set_config('fleet.story_id', %s, false)", (story_id,))
    seen = {(role, table) for table in tables if rows(connection, "select from fleet.{}", table, "mine")}
    named = {("fleet_gateway", "progress")} if story_id == "x" else set()
    assert seen == {pair for pair in SEES_ALL | named if pair[0] == role}


def test_another_apps_rows_cannot_be_changed(connection: Connection[Any], role: Role, tables: list[str]) -> None:
    for statement in ("delete from fleet.{}", "update fleet.{} set app_id = app_id"):
        reached = {(role, table) for table in tables if rows(connection, statement, table, "mine")}
        assert reached <= WRITES_ALL | {("fleet_worker", "outbox"), ("fleet_gateway", "outbox")}, statement


def test_a_row_of_another_app_cannot_be_written(connection: Connection[Any], tables: list[str]) -> None:
    connection.execute("select set_config('fleet.app_id', 'mine', false)")
    for table in tables:
        with pytest.raises(InsufficientPrivilege):
            _insert(connection, table, "theirs")


def test_its_own_rows_are_there(connection: Connection[Any], role: Role, tables: list[str]) -> None:
    seen = {table for table in tables if rows(connection, "select from fleet.{}", table, "other")}
    own = {"fleet_worker": "files", "fleet_gateway": "file_changes", "fleet_relay": "outbox"}.get(role)
    assert own in seen if own else seen == set()  # an app's users have no business here
