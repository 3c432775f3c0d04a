"""What is written into a row: values checked against their columns, defaults put in, and nobody else's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from contracts.errors import BadEvent, Flaw
from contracts.table import META, Field, Table
from contracts.tenant import NOBODY
from contracts.values import coerced, document, moment
from sql.tenants import Asking


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new row."""

    entity_id: str
    owner: str
    document: str


def new(table: Table, asking: Asking, row: Mapping[str, Any]) -> Fresh:
    """Return a row with every column, or say all that is wrong with it."""
    own = _meta(asking, row, {"id", "owner"})
    given = _given(table, row)
    complete = {one.field_id: given.get(one.name, _default(one, asking)) for one in table.fields}
    missing = [one for one in table.fields if one.not_null and complete[one.field_id] is None]
    if missing:
        raise BadEvent(*(Flaw(one.name, "must not be null") for one in missing))
    kept = document({str(number): value for number, value in complete.items()})
    return Fresh(own.get("id") or str(uuid4()), own.get("owner") or NOBODY, kept)


def changes(table: Table, asking: Asking, said: Mapping[str, Any]) -> str:
    """Return columns that change."""
    _meta(asking, said, set())
    given = _given(table, said)
    nulls = [one for one in table.fields if one.not_null and given.get(one.name, one) is None]
    if nulls:
        raise BadEvent(*(Flaw(one.name, "must not be null") for one in nulls))
    return document({str(one.field_id): given[one.name] for one in table.fields if one.name in given})


def _meta(asking: Asking, row: Mapping[str, Any], allowed: set[str]) -> dict[str, Any]:
    """Take what is the row's own, from who may say it."""
    said = {name: row[name] for name in META if name in row}
    if not asking.is_service:
        allowed -= {"owner"}
    if wrong := said.keys() - allowed:
        raise BadEvent(*(Flaw(name, "is given by the system") for name in sorted(wrong)))
    return {name: coerced(name, META[name], value) for name, value in said.items()}


def _given(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of columns, as it is kept."""
    given, flaws = {}, []
    for name, value in row.items():
        if name in META:
            continue
        field = table.field(name)
        if field is None:
            known = ", ".join(one.name for one in table.fields)
            flaws.append(Flaw(name, f"is no column of {table.name}; there are {known}"))
            continue
        try:
            given[name] = coerced(name, field.kind, value)
        except BadEvent as bad:
            flaws += bad.flaws
    if flaws:
        raise BadEvent(*flaws)
    return given


def _default(field: Field, asking: Asking) -> Any:
    """Return what a column has where nothing is said of it."""
    if field.default is None:
        return None
    match field.default.get("call"):
        case "now":
            now = datetime.now(UTC)
            return moment(now) if field.kind == "timestamp" else now.date().isoformat()
        case "uuid":
            return str(uuid4())
        case "current_user":
            return None if asking.is_service else _own(field, asking)
    return field.default["value"]


def _own(field: Field, asking: Asking) -> Any:
    """Return who asks, where the column can hold that."""
    try:
        return coerced(field.name, field.kind, asking.sub)
    except BadEvent:
        return None
