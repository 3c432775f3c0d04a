"""The rows of an app's tables, as its users write and read them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from contracts.condition import Order, Wanted
from contracts.errors import BadEvent
from contracts.table import Catalog
from contracts.tenant import tenant_of
from sql import catalogs, entities, tenants
from sql.database import role_url
from sql.tenants import Asking

Act = Callable[[Any, Asking, Catalog], Awaitable[Any]]


class Rows:
    """One tenant, and a connection for each thing that is done."""

    def __init__(self, database_url: str, app_id: str) -> None:
        self.owner_url, self.app_id = database_url, app_id
        self.url = role_url(database_url, "fleet_tenant")
        self.tenant_id = tenant_of(app_id, "development")
        with psycopg.connect(role_url(database_url, "fleet_gateway")) as gateway:
            row = gateway.execute(tenants.QUERY.key).fetchone()
        assert row is not None
        self.key = bytes(row[0])

    def act(self, sub: str, do: Act) -> Any:
        """Do something as a user, in a transaction."""

        async def run() -> Any:
            asking = Asking(self.tenant_id, sub)
            async with await AsyncConnection.connect(self.url) as tx:
                await tenants.enter(tx, asking, self.key, int(time.time()) + 60)
                return await do(tx, asking, await catalogs.load(tx, self.app_id))

        return asyncio.run(run())

    def catalog(self) -> Catalog:
        """Return the app's tables."""

        async def load(_tx: Any, _asking: Asking, catalog: Catalog) -> Catalog:
            return catalog

        found: Catalog = self.act("", load)
        return found

    def insert(self, sub: str, table: str, *values: dict[str, Any]) -> list[dict[str, Any]]:
        """Write rows, and return them."""
        written = self.act(sub, lambda tx, asking, all_: entities.insert(tx, asking, all_.tables[table], values))
        return [json.loads(row) for row in written]

    def insert_refused(self, sub: str, table: str, values: dict[str, Any]) -> str:
        """Return why a row is not written."""
        with pytest.raises((BadEvent, entities.Conflict)) as refused:
            self.insert(sub, table, values)
        return str(refused.value)

    def delete(self, sub: str, table: str) -> int:
        """Delete what a user may, and return how much."""
        return len(
            self.act(sub, lambda tx, asking, all_: entities.delete(tx, asking, all_.tables[table], Wanted().where))
        )

    def delete_refused(self, sub: str, table: str) -> str:
        """Return why nothing is deleted."""
        with pytest.raises(entities.Conflict) as refused:
            self.delete(sub, table)
        return str(refused.value)

    def all(self, sub: str, table: str, order: str = "created_at") -> list[dict[str, Any]]:
        """Return every row that a user sees, page by page."""

        async def read(tx: Any, asking: Asking, catalog: Catalog) -> list[str]:
            rows: list[str] = []
            after, begun = None, False
            while after or not begun:
                wanted = Wanted(order=(Order(order),), limit=1_000, after=after)
                page = await entities.page(tx, asking, catalog.tables[table], wanted)
                rows, after, begun = rows + page.rows, page.next, True
            return rows

        return [json.loads(row) for row in self.act(sub, read)]

    def fill(self, table: str, count: int) -> None:
        """Give a user many rows at once."""
        for first in range(0, count, 1_000):
            self.insert("ann", table, *({"title": f"t{n}", "rank": n} for n in range(first, first + 1_000)))

    def indexed(self, table: str, column: str) -> int:
        """Return how many rows stand in a column's index."""
        field = self.catalog().tables[table].field(column)
        assert field is not None
        with psycopg.connect(self.owner_url) as owner:
            counted = "select count(*) from rt.field_index where tenant_id = %s and field_id = %s"
            row = owner.execute(counted, (self.tenant_id, field.field_id)).fetchone()
        return int(row[0]) if row else 0
