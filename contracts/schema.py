"""Tables of an app: what was asked for, applied or rejected.

How each change is validated belongs to the actor that applies it; here stands its shape.
"""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from contracts.event import Event, Model, Word

ColumnType = Literal["text", "integer", "bigint", "numeric", "boolean", "date", "timestamp", "uuid", "json"]


class Reference(Model):
    """The row that a column points to."""

    table: Word
    column: Word
    on_delete: Literal["cascade", "restrict", "set null"] = "restrict"


class Column(Model):
    """One column of a table."""

    name: Word
    type: ColumnType
    nullable: bool = True
    default: Any = None
    unique: bool = False
    references: Reference | None = None


class CreateTable(Model):
    """A new table and who may read it."""

    table: Word
    columns: tuple[Column, ...] = Field(min_length=1)
    indexes: tuple[dict[str, Any], ...] = ()
    access: Literal["user", "app", "public_read"] = "user"


class SchemaChange(Model):
    """Exactly one change."""

    create_table: CreateTable | None = None
    add_column: dict[str, Any] | None = None
    alter_column: dict[str, Any] | None = None
    drop_column: dict[str, Any] | None = None
    rename_column: dict[str, Any] | None = None
    create_index: dict[str, Any] | None = None
    drop_index: dict[str, Any] | None = None
    add_unique: dict[str, Any] | None = None
    drop_unique: dict[str, Any] | None = None
    rename_table: dict[str, Any] | None = None
    drop_table: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set & set(type(self).model_fields)) != 1:
            raise ValueError("must have exactly one of " + ", ".join(type(self).model_fields))
        return self


class SchemaChanged(Event):
    """Someone wants a table created, changed or dropped."""

    kind: ClassVar = "schema-changed"
    change: SchemaChange
    dry_run: bool = False


class SchemaApplied(Event):
    """The change holds."""

    kind: ClassVar = "schema-applied"
    table: str
    change: str
    schema_version: int


class SchemaRejected(Event):
    """The change was refused; nothing is different."""

    kind: ClassVar = "schema-rejected"
    table: str
    change: str
    field: str | None = None
    reason: str
