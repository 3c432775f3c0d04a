"""create_table: a table of the app, with its columns."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Stage, Tool
from contracts.event import Model, Word
from contracts.schema import Column, CreateTable, SchemaChange, SchemaChanged

STAGES = {"designing": 20, "creating": 50, "configuring": 80}

#: What an AI calls the types that there are.
_TYPES = {
    "bool": "boolean",
    "datetime": "timestamp",
    "double precision": "numeric",
    "float": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "jsonb": "json",
    "string": "text",
    "timestamptz": "timestamp",
    "varchar": "text",
}


def known_type(column: Any) -> Any:
    """Read a column whose type has another name here."""
    if isinstance(column, dict) and isinstance(kind := column.get("type"), str):
        return {**column, "type": _TYPES.get(kind.lower(), kind.lower())}
    return column


A = TypeVar("A", bound=BaseModel)


class TableTool(Tool[A]):
    """Have a table changed, which is for others to do."""

    stages = STAGES
    at_once = True
    asks = SchemaChanged
    answered = "configuring"


class Arguments(Model):
    """The table's name and columns, and who may read it."""

    table_name: Word = Field(validation_alias=AliasChoices("table_name", "table", "name"))
    columns: tuple[Annotated[Column, BeforeValidator(known_type)], ...] = Field(min_length=1)
    access: Literal["user", "app", "public_read"] = "user"


class MakeTable(TableTool[Arguments]):
    """Create a table for the app's data; `access` is user (a row is its writer's alone), app or public_read."""

    name = "create_table"
    aliases = ("create_supabase_table", "create-table")
    arguments = Arguments

    def touches(self, arguments: Arguments) -> frozenset[str]:
        """Return the table, and those it refers to."""
        others = {column.references.table for column in arguments.columns if column.references}
        return frozenset(f"table:{table}" for table in {arguments.table_name, *others})

    def run(self, arguments: Arguments, _hands: Hands) -> Course:
        """Have it created."""
        table = arguments.table_name
        yield Stage("designing", f"Designing {table}")
        yield Stage("creating", f"Creating {table}")
        made = CreateTable(table=table, columns=arguments.columns, access=arguments.access)
        details = {
            "table_name": table,
            "columns": [column.model_dump(mode="json", exclude_defaults=True) for column in arguments.columns],
            "security": {"access": arguments.access, "row_level_security": True},
        }
        return Asked(SchemaChanged(change=SchemaChange(create_table=made)), details)
