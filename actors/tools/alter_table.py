"""alter_table: one change of a table that is there."""

from typing import Any, Self

from pydantic import AliasChoices, Field, model_validator

from actors.tools.create_table import TableTool, known_type
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Stage
from contracts.errors import BadEvent, Flaw
from contracts.event import Word
from contracts.schema import SchemaChange, SchemaChanged

CHANGES = tuple(name for name in SchemaChange.model_fields if name != "create_table")


class Arguments(SchemaChange):
    """The table, and exactly one change, such as add_column with a name and a type."""

    table_name: Word = Field(validation_alias=AliasChoices("table_name", "table"))

    @model_validator(mode="before")
    @classmethod
    def _named_once(cls, said: Any) -> Any:
        """Let the table's name stand in the change, where an AI says it beside it."""
        table = said.get("table_name") or said.get("table") if isinstance(said, dict) else None
        if not isinstance(table, str):
            return said
        changes = {
            name: {"table": table, **known_type({} if change is True else change)}
            for name, change in said.items()
            if name in SchemaChange.model_fields and (change is True or isinstance(change, dict))
        }
        return {**said, **changes}

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.given()) != 1 or self.create_table is not None:
            raise BadEvent(Flaw("", f"needs exactly one of {', '.join(CHANGES)}"))
        return self


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
        table, name = arguments.table_name, arguments.name
        yield Stage("designing", f"Changing {table}")
        change = SchemaChange.model_validate({name: arguments.asked.model_dump(exclude_unset=True)})
        yield Stage("creating", f"{name.replace('_', ' ').capitalize()} of {table}")
        told = arguments.asked.model_dump(mode="json", exclude_unset=True)
        return Asked(SchemaChanged(change=change), {"table_name": table, "change": {name: told}})
