"""The rows that a change of the schema finds: how many, what speaks against it, and what has to be entered for it."""

import json
from dataclasses import dataclass
from uuid import UUID

from contracts.table import Field, Rule, Table
from contracts.tenant import DATA_ENVS, tenant_of
from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a walk along a table's rows has come; at the end nothing was last."""

    last: UUID | None
    count: int


def some(tx: Tx, app_id: str, table: Table, most: int) -> int:
    """Return how many rows a table has with all its tenants, counting no further than asked."""
    asked = {"tenants": tenants(app_id), "table_id": table.table_id, "most": most}
    row = tx.execute(QUERY.some, asked).fetchone()
    return int(row[0]) if row else 0


def tenants(app_id: str) -> list[UUID]:
    """Return the tenants of an app."""
    return [tenant_of(app_id, env) for env in DATA_ENVS]


def without_value(tx: Tx, app_id: str, table: Table, field: Field) -> str | None:
    """Name a row in which a column is null."""
    return _named(tx, QUERY.without_value, app_id, table, {"field": field.field_id, **_fallbacks((field,))})


def with_value(tx: Tx, app_id: str, table: Table, field: Field) -> str | None:
    """Name a row in which a column is not null."""
    return _named(tx, QUERY.with_value, app_id, table, {"field": field.field_id, **_fallbacks((field,))})


def alike(tx: Tx, app_id: str, table: Table, rule: Rule) -> str | None:
    """Name two rows that are alike in what is to be unique."""
    return _named(tx, QUERY.alike, app_id, table, {"fields": list(rule.fields), **_fallbacks(table.fields)})


def astray(tx: Tx, app_id: str, table: Table, rule: Rule) -> str | None:
    """Name a row that refers to one that is not there."""
    more = {"field": rule.fields[0], "target_id": rule.target_id, **_fallbacks(table.fields)}
    return _named(tx, QUERY.astray, app_id, table, more)


def enter(tx: Tx, tenant_id: UUID, table: Table, rules: tuple[Rule, ...], *, count: int, after: UUID = FIRST) -> Batch:
    """Enter the next rows into what rules need; who wrote a row meanwhile has entered it already."""
    asked = {"tenant_id": tenant_id, "table_id": table.table_id, "after": after, "count": count}
    row = tx.execute(QUERY.next, asked).fetchone()
    last, number = row or (None, 0)
    if last is None:
        return Batch(None, 0)
    indexed = [field for field in table.fields if any(field.field_id in rule.fields for rule in rules)]
    about = {**asked, "last": last, **_fallbacks(table.fields)}
    fields = {"fields": [one.field_id for one in indexed], "kinds": [one.kind for one in indexed]}
    tx.execute(QUERY.enter_fields, {**about, **fields})
    for rule in rules:
        if rule.kind == "unique":
            tx.execute(QUERY.enter_unique, {**about, "rule_id": rule.rule_id, "fields": list(rule.fields)})
        elif rule.kind == "reference":
            named = {"rule_id": rule.rule_id, "field": rule.fields[0], "target_id": rule.target_id}
            tx.execute(QUERY.enter_reference, {**about, **named})
    return Batch(last, number)


def clear(tx: Tx, app_id: str, rules: list[int], fields: list[int], count: int) -> int:
    """Delete some of what rules and indexes have left behind; return how much."""
    left = 0
    tx.execute(QUERY.hold_fields, {"app_id": app_id, "fields": fields})
    for tenant_id in tenants(app_id):
        asked = {"app_id": app_id, "tenant_id": tenant_id, "rules": rules, "fields": fields, "count": count}
        for query in (QUERY.clear_fields, QUERY.clear_unique, QUERY.clear_references):
            left += tx.execute(query, asked).rowcount
    return left


def _named(tx: Tx, query: bytes, app_id: str, table: Table, more: dict[str, object]) -> str | None:
    """Return the first find of either tenant."""
    for tenant_id in tenants(app_id):
        row = tx.execute(query, {"tenant_id": tenant_id, "table_id": table.table_id, **more}).fetchone()
        if row is not None:
            return " and ".join(map(str, row))
    return None


def _fallbacks(fields: tuple[Field, ...]) -> dict[str, object]:
    """Return what older rows are read with."""
    kept = {str(one.field_id): one.fallback for one in fields if one.fallback is not None}
    return {"fallbacks": json.dumps(kept)}
