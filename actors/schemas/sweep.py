"""Goes through the rows of large tables in steps, each a transaction, whoever begins and whoever ends it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from actors.runtime.job import Announcer, Job
from actors.schemas.conclusion import conclude
from contracts.cloudevents import envelope, parse_json
from contracts.schema import SchemaApplied, SchemaRejected
from sql import schema_rows, schema_work, schemas
from sql.database import Pool, Tx, transaction
from sql.schema_work import Work

log = structlog.get_logger()

EMITS = (SchemaApplied, SchemaRejected)
_ACTOR = "apply_schema"
_BATCH = 1_000
_LEASE_SECONDS = 30.0
#: A sweep goes on so long before others have their turn.
_SLICE = timedelta(seconds=2)
_SWEPT = 10


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


def go_on(pool: Pool, outlet: Announcer, work: Work) -> None:
    """Work at it for a while."""
    until = datetime.now(UTC) + _SLICE
    job = Round(envelope(parse_json(work.cause.encode())), _ACTOR, EMITS, 1, pool, outlet)
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
