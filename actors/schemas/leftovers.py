"""What a change of an app's tables leaves behind, to be deleted later."""

from actors.runtime.job import Job
from contracts.cloudevents import encode
from contracts.table import Catalog, Rule, Table
from sql import schema_work
from sql.database import Tx
from sql.schema_work import Work


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
