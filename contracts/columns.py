"""One column as an app describes it: its default, and what older rows are read with."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from contracts.errors import BadEvent, Flaw
from contracts.schema import Column, ColumnType
from contracts.table import COMPARABLE, Field
from contracts.values import coerced

#: What a default is called that is made for each row, by those who write SQL, and for which columns.
_CALLS: Mapping[str, tuple[str, frozenset[ColumnType]]] = {
    "now()": ("now", frozenset({"timestamp", "date"})),
    "now": ("now", frozenset({"timestamp", "date"})),
    "current_timestamp": ("now", frozenset({"timestamp", "date"})),
    "current_date": ("now", frozenset({"date"})),
    "uuid": ("uuid", frozenset({"uuid"})),
    "uuid()": ("uuid", frozenset({"uuid"})),
    "gen_random_uuid()": ("uuid", frozenset({"uuid"})),
    "uuid_generate_v4()": ("uuid", frozenset({"uuid"})),
    "current_user": ("current_user", frozenset({"text", "uuid"})),
    "auth.uid()": ("current_user", frozenset({"text", "uuid"})),
}


def made_field(number: int, column: Column, fallback: Any) -> Field:
    """Return a new column."""
    if column.unique and column.type not in COMPARABLE:
        raise BadEvent(Flaw("unique", "json has no order, so none can be told from another"))
    default = default_of(column.type, column.default)
    return Field(number, column.name, column.type, not column.nullable, default, fallback)


def default_of(kind: ColumnType, said: Any) -> Mapping[str, Any] | None:
    """Return a default as the catalog keeps it."""
    if said is None:
        return None
    if (call := _call(kind, said)) is not None:
        return {"call": call}
    return {"value": _plain(coerced("default", kind, said))}


def fallback_of(kind: ColumnType, said: Any, now: str) -> Any:
    """Return what rows are read with that are older than the column: a constant, or the moment it was added."""
    match _call(kind, said):
        case None:
            return None if said is None else _plain(coerced("default", kind, said))
        case "now":
            return coerced("default", kind, now)
    return None


def typed(field: Field, kind: ColumnType) -> Field:
    """Return a column of another type, whose default must fit it."""
    default, fallback = field.default, field.fallback
    if default is not None and "value" in default:
        default = default_of(kind, default["value"])
    elif default is not None and kind != field.kind:
        raise BadEvent(Flaw("default", f"{default['call']} is none for {kind}: drop it first"))
    return replace(field, kind=kind, default=default, fallback=_refit(kind, fallback))


def _refit(kind: ColumnType, fallback: Any) -> Any:
    return None if fallback is None else _plain(coerced("default", kind, fallback))


def _call(kind: ColumnType, said: Any) -> str | None:
    found = _CALLS.get(said.strip().lower()) if isinstance(said, str) else None
    return found[0] if found and kind in found[1] else None


def _plain(value: Any) -> Any:
    """Return a number as JSON writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
