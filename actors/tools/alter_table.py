"""alter_table: one change of a table that is there."""

from typing import Any, Self

from pydantic import AliasChoices, Field, model_validator

from actors.tools.create_table import TableTool, known_type
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Stage
from contracts.errors import BadEvent, Flaw
from contracts.event import Model, Word
from contracts.schema import SchemaChange, SchemaChanged

CHANGES = tuple(name for name in SchemaChange.model_fields if name != "create_table")


class Arguments(Model):
    """The table, and exactly one change, such as add_column with a name and a type."""

    table_name: Word = Field(validation_alias=AliasChoices("table_name", "table"))
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
        if len(self.given()) != 1:
            raise BadEvent(Flaw("", f"needs exactly one of {', '.join(CHANGES)}"))
        return self

    def given(self) -> list[str]:
        """Return the changes that are asked for."""
        return [name for name in CHANGES if getattr(self, name) is not None]


class AlterTable(TableTool[Arguments]):
    """Change a table of the app: a column, an index, a unique rule, its name, or drop it."""

    name = "alter_table"
    aliases = ("alter_supabase_table", "alter-table")
    arguments = Arguments

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the table."""
        return frozenset({f"table:{arguments.table_name}"})

    def run(self, arguments: Arguments, _hands: Hands) -> Course:
        """Have it changed."""
        table, (name,) = arguments.table_name, arguments.given()
        yield Stage("designing", f"Changing {table}")
        change = {"table": table, **known_type(getattr(arguments, name))}
        yield Stage("creating", f"{name.replace('_', ' ').capitalize()} of {table}")
        return Asked(
            SchemaChanged(change=SchemaChange(**{name: change})), {"table_name": table, "change": {name: change}}
        )
