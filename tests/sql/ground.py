"""Tables of apps made without the bus, and a connection that acts as whoever it is told to be."""

import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, Connection

from contracts.condition import ALWAYS, Condition, Wanted
from contracts.design import designed
from contracts.schema import SchemaChange
from contracts.table import Catalog
from contracts.tenant import tenant_of
from sql import entities, schemas, tenants
from sql.database import enter, role_url
from sql.tenants import Asking

TABLES = (
    {"table": "notes", "columns": [{"name": "text", "type": "text"}, {"name": "n", "type": "integer"}]},
    {
        "table": "board",
        "columns": [{"name": "text", "type": "text"}, {"name": "n", "type": "integer"}],
        "access": "app",
    },
    {
        "table": "news",
        "columns": [{"name": "text", "type": "text", "unique": True}, {"name": "n", "type": "integer"}],
        "access": "public_read",
    },
)
Row = dict[str, Any]


def make_apps(database_url: str, app_ids: Iterable[str], tables: Iterable[Row] = TABLES) -> dict[str, Catalog]:
    """Give apps their tables, as the actor does, and return what is known of them."""
    found = {}
    with psycopg.connect(role_url(database_url, "fleet_worker"), autocommit=True) as connection:
        for app_id in app_ids:
            with connection.transaction():
                enter(connection, app_id)
                found[app_id] = _create(connection, app_id, tables)
    return found


def _create(connection: Connection[Any], app_id: str, tables: Iterable[Row]) -> Catalog:
    catalog = schemas.hold(connection, app_id)
    for asked in tables:
        change = SchemaChange.model_validate({"create_table": asked})
        after = designed(catalog, catalog, change, "2026-01-31T12:00:00.000000Z").catalog
        schemas.store(connection, catalog, after)
        catalog = after
    return catalog


@dataclass
class Stage:
    """One connection of the apps' users."""

    tx: AsyncConnection[Any]
    key: bytes

    @classmethod
    @asynccontextmanager
    async def opened(cls, database_url: str) -> AsyncIterator["Stage"]:
        """Open one."""
        async with await AsyncConnection.connect(role_url(database_url, "fleet_gateway")) as gateway:
            key = await tenants.key(gateway)
        async with await AsyncConnection.connect(role_url(database_url, "fleet_tenant"), autocommit=True) as tx:
            yield cls(tx, key)

    async def be(self, app_id: str, sub: str) -> Asking:
        """Say who asks from now on."""
        asking = Asking(tenant_of(app_id, "development"), sub)
        await tenants.enter(self.tx, asking, self.key, int(time.time()) + 600)
        return asking

    async def read(self, asking: Asking, catalog: Catalog, table: str, where: Condition = ALWAYS) -> list[Row]:
        """Return the rows that are seen."""
        page = await entities.page(self.tx, asking, catalog.tables[table], Wanted(where, limit=1_000))
        return [json.loads(row) for row in page.rows]


def uuids(rows: Iterable[Row]) -> set[UUID]:
    """Return which rows these are."""
    return {UUID(row["id"]) for row in rows}
