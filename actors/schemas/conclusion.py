"""How a change ends that had to go through many rows: it holds, or it is taken back."""

from dataclasses import replace
from typing import Any

from actors.runtime.job import Job
from actors.schemas.checks import must_be_filled, must_hold
from actors.schemas.leftovers import clear_away
from contracts.draft import pivoted
from contracts.errors import BadEvent, Flaw
from contracts.schema import SchemaApplied, SchemaRejected
from contracts.table import Catalog, Field, Table
from sql import schema_work, schemas
from sql.database import Tx
from sql.schema_work import Work


def conclude(job: Job, work: Work) -> None:
    """Look whether the rules hold, now that nobody can break them any more, and say so; else take them back."""
    with job.settle() as tx:
        before = schemas.hold(tx, job.app_id)
        if not schema_work.end(tx, work):
            return
        try:
            table = held_true(tx, before, work)
        except BadEvent as bad:
            flaw = bad.flaws[0]
            after = taken_back(before, work)
            job.emit(SchemaRejected(table=_named(job), change=work.change, field=flaw.field, reason=flaw.reason))
        else:
            after = built(before, table, work)
            job.emit(SchemaApplied(table=_named(job), change=work.change, schema_version=after.version))
        schemas.store(tx, before, after)
        clear_away(tx, job, before, after)


def held_true(tx: Tx, catalog: Catalog, work: Work) -> Table:
    """Return the table of which all holds that was asked for, or say what does not."""
    table = catalog.by_id(work.table_id)
    if table is None:
        raise BadEvent(Flaw("table", "was dropped meanwhile"))
    must_hold(tx, catalog.app_id, table, tuple(rule for rule in table.rules if rule.rule_id in work.rules))
    for field in table.fields:
        if field.field_id in work.fields and field.not_null:
            must_be_filled(tx, catalog.app_id, table, field)
    return table


def built(catalog: Catalog, table: Table, work: Work) -> Catalog:
    """Return the tables with these rules ready."""
    rules = tuple(replace(one, state="ready") if one.rule_id in work.rules else one for one in table.rules)
    return _with(catalog, replace(table, rules=rules))


def taken_back(catalog: Catalog, work: Work) -> Catalog:
    """Return the tables as if it had not been asked for."""
    table = catalog.by_id(work.table_id)
    if table is None:
        return catalog
    undo = {field.field_id: field for field in (Field(**one) for one in work.undo)}
    added = set(work.fields) - undo.keys() if work.change == "add_column" else set()
    fields = tuple(undo.get(one.field_id, one) for one in table.fields if one.field_id not in added)
    rules = tuple(one for one in table.rules if one.rule_id not in work.rules)
    return _with(catalog, replace(table, fields=fields, rules=rules))


def _with(catalog: Catalog, table: Table) -> Catalog:
    version = catalog.version + 1
    changed = pivoted(replace(table, version=version))
    return replace(catalog, version=version, tables={**catalog.tables, table.name: changed})


def _named(job: Job) -> str:
    """Return the table as the event called it."""
    asked: Any = next(iter(job.envelope.data["change"].values()))
    return str(asked["table"])
