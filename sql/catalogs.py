"""An app's catalog of tables, read whole."""

from collections import defaultdict
from typing import Any

from contracts.table import Catalog, Field, Rule, Table
from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


async def load(tx: AsyncTx, app_id: str) -> Catalog:
    """Return what there is, in a transaction that may see the app."""
    rows = await (await tx.execute(QUERY.load, {"app_id": app_id})).fetchone()
    return read(app_id, rows)


def load_now(tx: Tx, app_id: str) -> Catalog:
    """Return what there is, for an actor."""
    return read(app_id, tx.execute(QUERY.load, {"app_id": app_id}).fetchone())


def read(app_id: str, row: tuple[Any, ...] | None) -> Catalog:
    """Put a catalog together."""
    if row is None:
        return Catalog(app_id)
    version, next_id, tables, columns, rules = row
    fields, held = defaultdict(list), defaultdict(list)
    for column in columns:
        fields[column.pop("table_id")].append(Field(**column))
    for rule in rules:
        held[rule.pop("table_id")].append(Rule(**{**rule, "fields": tuple(rule["fields"])}))
    made = [Table(**one, fields=tuple(fields[one["table_id"]]), rules=tuple(held[one["table_id"]])) for one in tables]
    return Catalog(app_id, version, next_id, {table.name: table for table in made})
