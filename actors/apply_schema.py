"""schema-changed → schema-applied | schema-rejected.

Changes an app's tables, for all its tenants at once: there is one catalog, and the rows lie apart. Most changes are
rows of the catalog alone. Where rows have to pass a check or be entered into an index, few are so in the same
transaction; many by a sweep in steps, while everybody goes on reading and writing, and only then the change holds.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from actors.runtime.actor import actor
from actors.runtime.job import Announcer, Job
from contracts.cloudevents import encode, envelope, parse_json
from contracts.design import designed
from contracts.draft import Design, pivoted
from contracts.errors import BadEvent, Flaw
from contracts.event import Envelope
from contracts.progress import Progress
from contracts.schema import CreateTable, SchemaApplied, SchemaChanged, SchemaRejected
from contracts.table import Catalog, Field, Rule, Table
from contracts.values import moment
from sql import schema_rows, schema_work, schemas
from sql.database import Pool, Tx, transaction
from sql.schema_work import Work

log = structlog.get_logger()

EMITS = (SchemaApplied, SchemaRejected)
#: So many rows are checked and entered while their writers wait.
_FEW = 2_000
_BATCH = 1_000
_LEASE_SECONDS = 30.0
#: A sweep goes on so long before others have their turn.
_SLICE = timedelta(seconds=2)
_SWEPT = 10


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


class Round(Job):
    """What follows from an event that was settled before: the work's own row says whether it was done."""

    def enter(self, _tx: Tx) -> Callable[[], None]:
        """Let it be written whatever was written before."""
        return lambda: None


def sweep(pool: Pool, outlet: Announcer) -> None:
    """Go on with what nobody is at."""
    with transaction(pool, "") as tx:
        left = schema_work.left_over(tx, _SWEPT)
    for app_id, work_id in left:
        with transaction(pool, app_id) as tx:
            work = schema_work.take(tx, app_id, work_id, _LEASE_SECONDS)
        if work is None:
            continue
        try:
            go_on(pool, outlet, work)
        except Exception:  # what cannot be done must not keep the rest from being done
            log.exception("schema_work_failed", app_id=app_id)


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


def checked(tx: Tx, design: Design) -> bool:
    """Have the table's writers wait, and look for what speaks against it; tell whether that takes too long for them."""
    app_id, table = design.catalog.app_id, design.table
    schemas.wait_for_writers(tx, app_id, table.table_id)
    if not (design.checks or design.rules):
        return False
    is_large = schema_rows.some(tx, app_id, table, _FEW + 1) > _FEW
    for check in design.checks:
        field = next(one for one in table.fields if one.field_id == check.field_id)
        if check.kind == "empty" and (row := schema_rows.with_value(tx, app_id, table, field)):
            reason = f"the row {row} has a value of another type: add a column, and copy what is to stay"
            raise BadEvent(Flaw("type", reason))
        if check.kind == "filled" and not is_large:
            must_be_filled(tx, app_id, table, field)
    if not is_large:
        must_hold(tx, app_id, table, design.rules)
    return is_large


def must_be_filled(tx: Tx, app_id: str, table: Table, field: Field) -> None:
    """Refuse a column that must not be null, and is so."""
    if row := schema_rows.without_value(tx, app_id, table, field):
        raise BadEvent(Flaw("nullable", f"the row {row} has no {field.name}: give the column a default, or fill it"))


def must_hold(tx: Tx, app_id: str, table: Table, rules: tuple[Rule, ...]) -> None:
    """Refuse rules that rows break."""
    for rule in rules:
        columns = ", ".join(table.named(rule.fields))
        if rule.kind == "unique" and (rows := schema_rows.alike(tx, app_id, table, rule)):
            raise BadEvent(Flaw("columns", f"the rows {rows} have the same {columns}"))
        if rule.kind == "reference" and (row := schema_rows.astray(tx, app_id, table, rule)):
            raise BadEvent(Flaw("references", f"the row {row} has a {columns} that is no row there"))


def settle(tx: Tx, job: Job, event: SchemaChanged, before: Catalog, design: Design, *, is_large: bool) -> None:
    """Write the tables down; with what rows still have to be entered into, or what is of no use any more."""
    name, after, table = event.change.name, design.catalog, design.table
    checks = [check.field_id for check in design.checks if check.kind == "filled"]
    later = is_large and bool(design.rules or checks)
    if design.rules and not is_large:
        for tenant_id in schema_rows.tenants(job.app_id):
            schema_rows.enter(tx, tenant_id, table, design.rules, count=_FEW + 1)
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


def clear_away(tx: Tx, job: Job, before: Catalog, after: Catalog) -> None:
    """Have deleted, later, what rules and indexes leave behind that are gone."""
    for old in before.tables.values():
        new = after.by_id(old.table_id)
        if new is None:
            continue  # the table may come back, with all of it
        rules = [rule.rule_id for rule in old.rules if rule not in new.rules and not _has(new, rule)]
        pivots = {one.field_id for one in new.fields if one.pivot != "none"}
        fields = [one.field_id for one in old.fields if one.pivot != "none" and one.field_id not in pivots]
        if rules or fields:
            schema_work.add(tx, Work(job.app_id, 0, "clear", old.table_id, rules, fields, "", encode(job.envelope)))


def _has(table: Table, rule: Rule) -> bool:
    return any(one.rule_id == rule.rule_id for one in table.rules)


def go_on(pool: Pool, outlet: Announcer, work: Work) -> None:
    """Work at it for a while."""
    until = datetime.now(UTC) + _SLICE
    job = Round(envelope(parse_json(work.cause.encode())), apply_schema.name, EMITS, 1, pool, outlet)
    step: Work | None = work
    while step is not None and datetime.now(UTC) < until:
        step = (cleared if work.kind == "clear" else entered)(pool, job, step)
    if step is not None:
        with transaction(pool, work.app_id) as tx:
            schema_work.advance(tx, step, 0)  # for whoever is next


def cleared(pool: Pool, _job: Job, work: Work) -> Work | None:
    """Delete a little more, until nothing is left."""
    with transaction(pool, work.app_id) as tx:
        if schema_rows.clear(tx, work.app_id, work.rules, work.fields, _BATCH):
            return work if schema_work.advance(tx, work, _LEASE_SECONDS) else None
        schema_work.end(tx, work)
        return None


def entered(pool: Pool, job: Job, work: Work) -> Work | None:
    """Enter the next rows; after the last, say how it went."""
    tenants = schema_rows.tenants(work.app_id)
    tenant_id, seen = work.tenant_id or tenants[0], work.seen or schema_rows.FIRST
    with transaction(pool, work.app_id) as tx:
        catalog = schemas.look(tx, work.app_id)
        table = catalog.by_id(work.table_id)
        rules = tuple(rule for rule in table.rules if rule.rule_id in work.rules) if table else ()
        batch = schema_rows.enter(tx, tenant_id, table, rules, after=seen, count=_BATCH) if table and rules else None
        if batch is not None and batch.last is not None:
            further = replace(work, tenant_id=tenant_id, seen=batch.last, done=work.done + batch.count)
            return further if schema_work.advance(tx, further, _LEASE_SECONDS) else None
        if batch is not None and tenant_id != tenants[-1]:
            return replace(work, tenant_id=tenants[tenants.index(tenant_id) + 1], seen=schema_rows.FIRST)
    conclude(job, work)
    return None


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
