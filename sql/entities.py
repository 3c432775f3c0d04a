"""The rows of an app's tables, as whoever asks may see and change them.

Every statement runs under the one policy, in a transaction that `tenants.enter` has begun; none of them can reach
more by what it says. What is known of the table is compared with what holds, so that a table that has changed
meanwhile is noticed.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Literal

from contracts.condition import ALWAYS, MAX_ROWS, Condition, Every, Test, Wanted
from contracts.errors import BadEvent, Flaw
from contracts.table import Table
from sql import route, written
from sql.database import AsyncTx
from sql.named import Named
from sql.selection import Selection
from sql.tenants import Asking

QUERY = Named(__file__)
_STALE = "FL004"


class Stale(Exception):
    """The table is not what it was: load the catalog, and try again."""


class Forbidden(Exception):
    """Whoever asks may not write there."""


class Conflict(Exception):
    """It contradicts another row."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as JSON texts, and the word that the next page is asked for with."""

    rows: list[str]
    next: str | None


async def page(tx: AsyncTx, asking: Asking, table: Table, wanted: Wanted) -> Page:
    """Return the rows that are wanted, as many as fit on a page."""
    if not 0 < wanted.limit <= MAX_ROWS:
        raise BadEvent(Flaw("limit", f"must be from 1 to {MAX_ROWS}"))
    made = Selection(table, asking)
    way = route.find(made, wanted.where, wanted.order)
    sorted_by = route.keys(made, way, wanted.order)
    statement = SQL("select {}, {} from {} and {} order by {} limit {}").format(
        made.row(wanted.select),
        SQL(", ").join(key.expression for key in sorted_by),
        way.source,
        route.beyond(made, sorted_by, wanted.after, wanted.order),
        route.sorting(sorted_by),
        Literal(wanted.limit + 1),
    )
    found = await _read(tx, made, statement)
    kept = found[: wanted.limit]
    goes_on = len(found) > wanted.limit
    return Page([row for row, *_keys in kept], route.closed(kept[-1][1:], wanted.order) if goes_on else None)


async def count(tx: AsyncTx, asking: Asking, table: Table, where: Condition = ALWAYS) -> int:
    """Return how many rows there are."""
    made = Selection(table, asking)
    ((number,),) = await _read(tx, made, SQL("select count(*) from {}").format(route.find(made, where).source))
    return int(number)


async def get(
    tx: AsyncTx, asking: Asking, table: Table, entity_id: str, select: tuple[str, ...] | None = None
) -> str | None:
    """Return one row."""
    found = await page(tx, asking, table, Wanted(Test("id", "eq", entity_id), select=select, limit=1))
    return found.rows[0] if found.rows else None


async def insert(tx: AsyncTx, asking: Asking, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write new rows, all or none, and return them."""
    made = Selection(table, asking)
    fresh = [written.new(table, asking, row) for row in rows]
    columns = {
        "ids": [row.entity_id for row in fresh],
        "owners": [row.owner for row in fresh],
        "contents": [row.document for row in fresh],
    }
    statement = SQL(
        "insert into rt.app_entities as e (tenant_id, table_id, id, owner_sub, data)"
        " select {}::uuid, {}, id, owner, content::jsonb"
        " from unnest(%(ids)s::uuid[], %(owners)s::text[], %(contents)s::text[]) as row (id, owner, content)"
        " returning {}"
    ).format(Literal(str(asking.tenant_id)), Literal(table.table_id), made.row(None))
    made.values.update(columns)
    return await _write(tx, made, statement)


async def patch(tx: AsyncTx, asking: Asking, table: Table, where: Condition, changes: Mapping[str, Any]) -> list[str]:
    """Change columns of the rows that may be changed, and return those."""
    made = Selection(table, asking)
    content = made.put(written.changes(table, asking, changes))
    statement = SQL("update rt.app_entities as e set data = e.data || {}::jsonb where {} returning {}").format(
        content, _chosen(made, where), made.row(None)
    )
    return await _write(tx, made, statement)


async def delete(tx: AsyncTx, asking: Asking, table: Table, where: Condition) -> list[str]:
    """Delete the rows that may be deleted, and return them."""
    made = Selection(table, asking)
    statement = SQL("delete from rt.app_entities as e where {} returning {}").format(
        _chosen(made, where), made.row(None)
    )
    return await _write(tx, made, statement)


async def upsert(
    tx: AsyncTx, asking: Asking, table: Table, rows: Sequence[Mapping[str, Any]], on: tuple[str, ...] = ("id",)
) -> list[str]:
    """Change the row that is alike in these columns, or write it anew, one after the other."""
    done = []
    for row in rows:
        alike = Every(tuple(Test(name, "eq", row[name]) for name in on if row.get(name) is not None))
        changes = {name: value for name, value in row.items() if name != "id"}
        found = await patch(tx, asking, table, alike, changes) if len(alike.parts) == len(on) else []
        done += found or await insert(tx, asking, table, [row])
    return done


def _chosen(made: Selection, where: Condition) -> Composed:
    """Return the rows that are meant, so that one partition is looked at."""
    return SQL("e.tenant_id = {}::uuid and e.table_id = {} and e.id in (select e.id from {})").format(
        Literal(str(made.asking.tenant_id)), Literal(made.table.table_id), route.find(made, where).source
    )


async def _read(tx: AsyncTx, made: Selection, statement: Composed) -> list[tuple[Any, ...]]:
    """Read, and see that the table was what it was thought to be."""
    table_id = made.table.table_id
    async with _understood():
        found = await tx.execute(statement, made.values)
        at = await tx.execute(QUERY.version, {"tenant_id": made.asking.tenant_id, "table_id": table_id})
        rows = await found.fetchall()
        if await at.fetchone() != (made.table.version,):
            raise Stale
        return rows


async def _write(tx: AsyncTx, made: Selection, statement: Composed) -> list[str]:
    """Write, while the table stays what it was thought to be."""
    async with _understood():
        await tx.execute(QUERY.must_be_at, {"table_id": made.table.table_id, "version": made.table.version})
        found = await tx.execute(statement, made.values)
        return [row for (row,) in await found.fetchall()]


@asynccontextmanager
async def _understood() -> AsyncIterator[None]:
    """Say in the app's words what the database objects to."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege:
        raise Forbidden from None
    except psycopg.errors.UniqueViolation as error:
        raise Conflict(error.diag.column_name or "id", "is taken") from None
    except psycopg.errors.ForeignKeyViolation as error:
        where = f"{error.diag.table_name}.{error.diag.column_name}"
        said = error.diag.message_primary or ""
        raise Conflict(where if said.startswith("still") else error.diag.column_name or "", said) from None
    except psycopg.Error as error:
        if error.sqlstate == _STALE:
            raise Stale from None
        raise
