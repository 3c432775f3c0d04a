"""schema-changed → schema-applied | schema-rejected.

Changes an app's tables, for all its tenants at once: there is one catalog, and the rows lie apart. Most changes are
rows of the catalog alone. Where rows have to pass a check or be entered into an index, few are so in the same
transaction; many by a sweep in steps, while everybody goes on reading and writing, and only then the change holds.
"""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

from actors.runtime.actor import actor
from actors.runtime.job import Job
from actors.schemas.checks import FEW, checked
from actors.schemas.leftovers import clear_away
from actors.schemas.sweep import EMITS, sweep
from contracts.cloudevents import encode
from contracts.design import designed
from contracts.draft import Design, pivoted
from contracts.errors import BadEvent, Flaw
from contracts.event import Envelope
from contracts.progress import Progress
from contracts.schema import CreateTable, SchemaApplied, SchemaChanged, SchemaRejected
from contracts.table import Catalog, Table
from contracts.values import moment
from sql import schema_rows, schema_work, schemas
from sql.database import Tx
from sql.schema_work import Work


def refused(cause: Envelope, flaws: tuple[Flaw, ...]) -> SchemaRejected:
    """Say what is wrong with an event that cannot be read, or that failed too often."""
    said = cause.data.get("change")
    name, asked = next(iter(said.items()), ("", {})) if isinstance(said, dict) else ("", {})
    table = asked.get("table") if isinstance(asked, dict) else None
    first = flaws[0] if flaws else Flaw("change", "could not be applied")
    field = first.field.removeprefix(f"change.{name}.")
    return SchemaRejected(
        table=table[:63] if isinstance(table, str) else "", change=str(name)[:63], field=field, reason=first.reason
    )


@actor(on=SchemaChanged, emits=EMITS, ordered=True, last_word=refused, sweep=sweep)
def apply_schema(event: SchemaChanged, job: Job) -> None:
    """Decide, look at the rows there are, and write down what the tables are from now on."""
    name, asked = event.change.name, event.change.asked
    with job.settle() as tx:
        before = schemas.hold(tx, job.app_id)
        attic = schemas.attic(tx, job.app_id) if name.startswith("restore") else before
        try:
            design = designed(before, attic, event.change, moment(datetime.now(UTC)))
            is_large = not isinstance(asked, CreateTable) and checked(tx, design)
        except BadEvent as bad:
            flaw = bad.flaws[0]
            job.emit(SchemaRejected(table=asked.table, change=name, field=flaw.field, reason=flaw.reason))
            return
        if event.dry_run:
            would = {"dry_run": True, "table": asked.table, "change": name, "looks_at_rows": is_large}
            job.progress(Progress(stage="checked", message="It could be applied", progress=100, details=would))
        else:
            settle(tx, job, event, before, design, is_large=is_large)


def settle(tx: Tx, job: Job, event: SchemaChanged, before: Catalog, design: Design, *, is_large: bool) -> None:
    """Write the tables down; with what rows still have to be entered into, or what is of no use any more."""
    name, after, table = event.change.name, design.catalog, design.table
    checks = [check.field_id for check in design.checks if check.kind == "filled"]
    later = is_large and bool(design.rules or checks)
    if design.rules and not is_large:
        for tenant_id in schema_rows.tenants(job.app_id):
            schema_rows.enter(tx, tenant_id, table, design.rules, count=FEW + 1)
        after = finished(after, table)
    schemas.store(tx, before, after)
    clear_away(tx, job, before, after)
    change = json.dumps(event.data()["change"])
    schemas.note(
        tx, job.app_id, after.version, event_id=job.envelope.event_id, message_id=job.envelope.message_id, change=change
    )
    if later:
        old = before.by_id(table.table_id)
        known = {one.field_id: one for one in old.fields} if old else {}
        fields = [one.field_id for one in table.fields if one.field_id in checks or one.field_id not in known]
        undo = [asdict(known[number]) for number in fields if number in known]
        rules = [rule.rule_id for rule in design.rules]
        work = Work(job.app_id, 0, "build", table.table_id, rules, fields, name, encode(job.envelope), undo)
        schema_work.add(tx, work)
        job.progress(Progress(stage="looking", message=f"Going through the rows of {table.name}", progress=10))
    else:
        job.emit(SchemaApplied(table=event.change.asked.table, change=name, schema_version=after.version))


def finished(catalog: Catalog, table: Table) -> Catalog:
    """Return the tables with all rules of one ready."""
    rules = tuple(replace(rule, state="ready") for rule in table.rules)
    ready = pivoted(replace(table, rules=rules))
    return replace(catalog, tables={**catalog.tables, table.name: ready})
