"""What rows have to say about a change of their table: whether it can be made, and whether that takes long."""

from contracts.draft import Design
from contracts.errors import BadEvent, Flaw
from contracts.table import Field, Rule, Table
from sql import schema_rows, schemas
from sql.database import Tx

#: So many rows are checked and entered while their writers wait.
FEW = 2_000


def checked(tx: Tx, design: Design) -> bool:
    """Have the table's writers wait, and look for what speaks against it; tell whether that takes too long for them."""
    app_id, table = design.catalog.app_id, design.table
    schemas.wait_for_writers(tx, app_id, table.table_id)
    if not (design.checks or design.rules):
        return False
    is_large = schema_rows.some(tx, app_id, table, FEW + 1) > FEW
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
