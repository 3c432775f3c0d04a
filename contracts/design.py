"""What a change makes of an app's tables, or why it does not fit them: decided without a look at any row.

What only rows can tell comes along as a check.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.columns import default_of, typed
from contracts.draft import Check, Design, Draft, missing
from contracts.errors import BadEvent, Flaw
from contracts.schema import (
    AddColumn,
    AddUnique,
    AlterColumn,
    Change,
    CreateIndex,
    CreateTable,
    DropRule,
    OfColumn,
    RenameColumn,
    RenameTable,
    SchemaChange,
)
from contracts.table import COMPARABLE, META, Catalog, RuleKind


def designed(catalog: Catalog, attic: Catalog, change: SchemaChange, now: str) -> Design:
    """Return what a change makes of the tables; `attic` holds what was dropped and can be brought back."""
    asked = change.asked
    if isinstance(asked, CreateTable):
        return Draft.begun(catalog, asked).design(asked, now)
    if change.name == "restore_table":
        return _restored(catalog, attic, asked)
    table = catalog.tables.get(asked.table)
    if table is None:
        raise BadEvent(Flaw("table", missing(catalog, asked.table)))
    draft = Draft(catalog, table)
    if change.name == "restore_column" and isinstance(asked, OfColumn):
        draft.restore(attic, asked)
    else:
        _DO[change.name](draft, asked, now)
    return draft.done()


def _restored(catalog: Catalog, attic: Catalog, asked: Change) -> Design:
    table = attic.tables.get(asked.table)
    if table is None or table.name in catalog.tables:
        reason = "is there" if asked.table in catalog.tables else "was not dropped, or too long ago to be brought back"
        raise BadEvent(Flaw("table", reason))
    draft = Draft(catalog, table)
    known = {one.table_id for one in catalog.tables.values()} | {table.table_id}
    draft.drop(tuple(rule for rule in table.rules if rule.target_id is not None and rule.target_id not in known))
    return draft.done()


def _add_column(draft: Draft, asked: AddColumn, now: str) -> None:
    draft.add(asked, now)
    if asked.name in META:
        raise BadEvent(Flaw("name", "every row has it already"))


_WIDER = {("integer", "bigint"), ("integer", "numeric"), ("bigint", "numeric")}


def _alter_column(draft: Draft, asked: AlterColumn, _now: str) -> None:
    field = draft.column(asked.column)
    if asked.type is not None and asked.type != field.kind:
        if asked.type not in COMPARABLE and any(field.field_id in rule.fields for rule in draft.table.rules):
            raise BadEvent(Flaw("type", f"{asked.type} has no order, and an index or rule needs one"))
        if any(field.field_id in rule.fields and rule.kind == "reference" for rule in draft.table.rules):
            raise BadEvent(Flaw("type", "must stay uuid: the column refers to a table"))
        if (field.kind, asked.type) not in _WIDER:
            draft.checks.append(Check("empty", field.field_id))
        field = typed(field, asked.type)
    if asked.drop_default:
        field = replace(field, default=None)
    elif asked.default is not None:
        field = replace(field, default=default_of(field.kind, asked.default))
    if asked.nullable is False and not field.not_null:
        draft.checks.append(Check("filled", field.field_id))
    draft.put(replace(field, not_null=field.not_null if asked.nullable is None else not asked.nullable))


def _drop_column(draft: Draft, asked: OfColumn, _now: str) -> None:
    field = draft.column(asked.column)
    draft.drop(tuple(rule for rule in draft.table.rules if field.field_id in rule.fields))
    draft.table = replace(draft.table, fields=tuple(one for one in draft.table.fields if one != field))


def _rename_column(draft: Draft, asked: RenameColumn, _now: str) -> None:
    field = draft.column(asked.column)
    draft.free(asked.to, "to")
    draft.put(replace(field, name=asked.to))


def _create_index(draft: Draft, asked: CreateIndex, _now: str) -> None:
    draft.rule("unique" if asked.unique else "index", asked.columns, asked.name)


def _add_unique(draft: Draft, asked: AddUnique, _now: str) -> None:
    draft.rule("unique", asked.columns, asked.name)


def _drop_rule(kind: RuleKind) -> Callable[[Draft, Any, str], None]:
    def drop(draft: Draft, asked: DropRule, _now: str) -> None:
        names = {rule: draft.table.named(rule.fields) for rule in draft.table.rules if rule.kind == kind}
        found = tuple(rule for rule, columns in names.items() if asked.name == rule.name or asked.columns == columns)
        if not found:
            there = ", ".join(rule.name for rule in names) or "none"
            raise BadEvent(Flaw("name" if asked.name else "columns", f"there is no such {kind}; there are {there}"))
        draft.drop(found)

    return drop


def _rename_table(draft: Draft, asked: RenameTable, _now: str) -> None:
    if asked.to in draft.catalog.tables:
        raise BadEvent(Flaw("to", f"{asked.to} is there already"))
    draft.name, draft.table = asked.to, replace(draft.table, name=asked.to)


def _drop_table(draft: Draft, _asked: Change, _now: str) -> None:
    for other in draft.catalog.tables.values():
        for rule in other.rules:
            if rule.target_id == draft.table.table_id and other.table_id != draft.table.table_id:
                column = other.named(rule.fields)[0]
                raise BadEvent(Flaw("table", f"{other.name}.{column} refers to it: drop that column first"))
    draft.name = None


_DO: Mapping[str, Callable[[Draft, Any, str], None]] = {
    "add_column": _add_column,
    "alter_column": _alter_column,
    "drop_column": _drop_column,
    "rename_column": _rename_column,
    "create_index": _create_index,
    "drop_index": _drop_rule("index"),
    "add_unique": _add_unique,
    "drop_unique": _drop_rule("unique"),
    "rename_table": _rename_table,
    "drop_table": _drop_table,
}
