"""An app's tables as the catalog holds them: what is known of each column, and which rules hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.schema import Access, ColumnType, OnDelete

Pivot = Literal["none", "building", "ready"]
RuleKind = Literal["index", "unique", "reference"]

#: What every row has besides its columns, and nobody but the app itself assigns.
META: Mapping[str, ColumnType] = {"id": "uuid", "created_at": "timestamp", "updated_at": "timestamp", "owner": "text"}

#: Kinds that can be compared, sorted and indexed.
COMPARABLE = frozenset({"text", "integer", "bigint", "numeric", "boolean", "date", "timestamp", "uuid"})
NUMBERS = frozenset({"integer", "bigint", "numeric"})


@dataclass(frozen=True, slots=True)
class Field:
    """One column. A default is `{"value": …}` or `{"call": "now" | "uuid" | "current_user"}`."""

    field_id: int
    name: str
    kind: ColumnType
    not_null: bool = False
    default: Mapping[str, Any] | None = None
    #: What rows are read with that are older than the column.
    fallback: Any = None
    pivot: Pivot = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """An index, what is unique, or what refers to another table."""

    rule_id: int
    name: str
    kind: RuleKind
    fields: tuple[int, ...]
    target_id: int | None = None
    on_delete: OnDelete | None = None
    state: Literal["building", "ready"] = "ready"


@dataclass(frozen=True, slots=True)
class Table:
    """One table, and the version of the schema with which it last changed."""

    table_id: int
    name: str
    access: Access
    version: int
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return a column by its name."""
        return next((one for one in self.fields if one.name == name), None)

    def named(self, field_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Return the names of columns by their numbers."""
        names = {one.field_id: one.name for one in self.fields}
        return tuple(names[number] for number in field_ids if number in names)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables of an app by name, those that were dropped, and the next number to give."""

    app_id: str
    version: int = 0
    next_id: int = 1
    tables: Mapping[str, Table] = field(default_factory=dict)

    def by_id(self, table_id: int | None) -> Table | None:
        """Return a table by its number."""
        return next((table for table in self.tables.values() if table.table_id == table_id), None)
