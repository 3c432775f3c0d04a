"""Tables of an app: what was asked for, applied or rejected.

Whether a change fits what is there belongs to the actor that applies it; here stands its shape.
"""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from contracts.event import Event, Model, Word

ColumnType = Literal["text", "integer", "bigint", "numeric", "boolean", "date", "timestamp", "uuid", "json"]
Access = Literal["user", "app", "public_read"]
OnDelete = Literal["cascade", "restrict", "set null"]

MAX_COLUMNS = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("must be letters, digits and _, at most 63, and not begin with a digit")
    return value


def _listed(value: object) -> object:
    """Take one column for a list of one."""
    return [value] if isinstance(value, str) else value


#: A table or column as its app calls it.
Name = Annotated[Word, AfterValidator(_name)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed), Field(min_length=1, max_length=16)]
_COLUMN = AliasChoices("column", "column_name", "name")
_COLUMNS = AliasChoices("columns", "column")
_TO = AliasChoices("to", "new_name")


class Reference(Model):
    """The row that a column points to."""

    table: Name
    column: Name = "id"
    on_delete: OnDelete = "restrict"


class Column(Model):
    """One column of a table."""

    name: Name
    type: ColumnType
    nullable: bool = True
    default: Any = None
    unique: bool = False
    references: Reference | None = None


class Change(Model):
    """What every change says: of which table."""

    table: Name


class Index(Model):
    """Columns that rows are found and sorted by."""

    columns: Names = Field(validation_alias=_COLUMNS)
    name: Name | None = None
    unique: bool = False


class CreateTable(Change):
    """A new table and who may read it."""

    columns: tuple[Column, ...] = Field(min_length=1, max_length=MAX_COLUMNS)
    indexes: tuple[Index, ...] = ()
    access: Access = "user"


class AddColumn(Change, Column):
    """One more column: its name and type beside the table's name, or together as `column`."""

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, said: Any) -> Any:
        if isinstance(said, dict) and isinstance(column := said.get("column"), dict):
            return {**said, **column}
        return said


class AlterColumn(Change):
    """Another type, default, or whether it may be null; what is left out stays."""

    column: Name = Field(validation_alias=_COLUMN)
    type: ColumnType | None = None
    nullable: bool | None = None
    default: Any = None
    drop_default: bool = False

    @model_validator(mode="before")
    @classmethod
    def _null_is_none(cls, said: Any) -> Any:
        if isinstance(said, dict) and "default" in said and said["default"] is None:
            return {**said, "drop_default": True}
        return said


class OfColumn(Change):
    """A column that goes, or comes back."""

    column: Name = Field(validation_alias=_COLUMN)


class RenameColumn(OfColumn):
    """Another name for a column."""

    to: Name = Field(validation_alias=_TO)


class CreateIndex(Change, Index):
    """An index over columns."""


class AddUnique(Change):
    """Columns that no two rows have alike; what is null is like nothing."""

    columns: Names = Field(validation_alias=_COLUMNS)
    name: Name | None = None


class DropRule(Change):
    """What was made by create_index or add_unique, by its name or its columns."""

    columns: Names | None = Field(default=None, validation_alias=_COLUMNS)
    name: Name | None = None

    @model_validator(mode="after")
    def _said(self) -> Self:
        if (self.columns is None) == (self.name is None):
            raise ValueError("needs its name or its columns")
        return self


class RenameTable(Change):
    """Another name for a table."""

    to: Name = Field(validation_alias=_TO)


class SchemaChange(Model):
    """Exactly one change."""

    create_table: CreateTable | None = None
    add_column: AddColumn | None = None
    alter_column: AlterColumn | None = None
    drop_column: OfColumn | None = None
    rename_column: RenameColumn | None = None
    create_index: CreateIndex | None = None
    drop_index: DropRule | None = None
    add_unique: AddUnique | None = None
    drop_unique: DropRule | None = None
    rename_table: RenameTable | None = None
    drop_table: Change | None = None
    restore_column: OfColumn | None = None
    restore_table: Change | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.given()) != 1:
            raise ValueError("must have exactly one of " + ", ".join(SchemaChange.model_fields))
        return self

    def given(self) -> list[str]:
        """Return the changes that are asked for."""
        return [name for name in SchemaChange.model_fields if getattr(self, name) is not None]

    @property
    def name(self) -> str:
        """Return which change it is."""
        return self.given()[0]

    @property
    def asked(self) -> Change:
        """Return what it says."""
        change: Change = getattr(self, self.name)
        return change


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
