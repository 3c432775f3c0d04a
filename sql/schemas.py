"""An app's catalog, changed: by one at a time, and by what differs."""

import json
from dataclasses import asdict
from typing import Any

from contracts.table import Catalog, Field, Rule, Table
from contracts.tenant import DATA_ENVS, tenant_of
from sql import catalogs
from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)


def hold(tx: Tx, app_id: str) -> Catalog:
    """Begin the app's schema where there is none, keep others from changing it until the commit, and return it."""
    tenants = [tenant_of(app_id, env) for env in DATA_ENVS]
    tx.execute(QUERY.begin, {"app_id": app_id, "tenants": tenants, "envs": list(DATA_ENVS)})
    tx.execute(QUERY.hold, {"app_id": app_id})
    return catalogs.load_now(tx, app_id)


def look(tx: Tx, app_id: str) -> Catalog:
    """Return the catalog as it is."""
    return catalogs.load_now(tx, app_id)


def attic(tx: Tx, app_id: str) -> Catalog:
    """Return what was dropped: tables as they were, and of tables that are there the columns that are not."""
    return catalogs.read(app_id, tx.execute(QUERY.attic, {"app_id": app_id}).fetchone())


def wait_for_writers(tx: Tx, app_id: str, table_id: int) -> None:
    """Let those finish who write to a table, and others wait, until the commit."""
    tx.execute(QUERY.wait_for_writers, {"app_id": app_id, "table_id": table_id})


def store(tx: Tx, before: Catalog, after: Catalog) -> None:
    """Write what is different."""
    app_id = after.app_id
    old = {table.table_id: table for table in before.tables.values()}
    changed = [table for table in after.tables.values() if old.get(table.table_id) != table]
    gone = [table_id for table_id in old if after.by_id(table_id) is None]
    tx.execute(QUERY.put_tables, {"app_id": app_id, "tables": json.dumps(list(map(_table, changed)))})
    tx.execute(QUERY.drop_tables, {"app_id": app_id, "gone": gone})
    for table in changed:
        key = {"app_id": app_id, "table_id": table.table_id}
        kept = [field.field_id for field in table.fields]
        tx.execute(QUERY.drop_columns, {**key, "kept": kept})
        tx.execute(QUERY.put_columns, {**key, "columns": json.dumps(list(map(_column, table.fields)))})
        tx.execute(QUERY.drop_rules, {**key, "kept": [rule.rule_id for rule in table.rules]})
        tx.execute(QUERY.put_rules, {**key, "rules": json.dumps(list(map(_rule, table.rules)))})
    tx.execute(QUERY.advance, {"app_id": app_id, "version": after.version, "next_id": after.next_id})


def note(tx: Tx, app_id: str, version: int, *, event_id: str, message_id: str | None, change: str) -> None:
    """Keep what was applied."""
    about = {"app_id": app_id, "version": version, "event_id": event_id, "message_id": message_id, "change": change}
    tx.execute(QUERY.note, about)


def _table(table: Table) -> dict[str, Any]:
    return {"table_id": table.table_id, "name": table.name, "access": table.access, "version": table.version}


def _column(field: Field) -> dict[str, Any]:
    return asdict(field)


def _rule(rule: Rule) -> dict[str, Any]:
    return asdict(rule)
