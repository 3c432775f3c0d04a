"""What is wanted of a table, as SQL: columns by their numbers, values always beside the statement.

Postgres is given one way to go: through the index of a column where one narrows or sorts what is wanted, else along
the table's own order. Whatever such an index only roughly knows is looked at again in the row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from contracts.condition import Condition, Either, Every, Not, Test
from contracts.errors import BadEvent, Flaw
from contracts.table import COMPARABLE, META, NUMBERS, Field, Table
from contracts.values import coerced, written
from sql.tenants import Asking

_SIGNS: Mapping[str, str] = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_MOMENT = "to_char(e.{} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_META: Mapping[str, str] = {
    "id": "e.id::text",
    "owner": "e.owner_sub",
    "created_at": _MOMENT.format("created_at"),
    "updated_at": _MOMENT.format("updated_at"),
}


@dataclass
class Selection:
    """A statement in the making: what it says of one table for one who asks, and its values."""

    table: Table
    asking: Asking
    values: dict[str, Any] = field(default_factory=dict)

    def put(self, value: Any) -> Composable:
        """Keep a value beside the statement, and return where it stands."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)

    def column(self, name: str) -> Field:
        """Return a column, or one of those that every row has."""
        if name in META:
            return Field(0, name, META[name], not_null=True)
        found = self.table.field(name)
        if found is None:
            known = ", ".join((*(one.name for one in self.table.fields), *META))
            raise BadEvent(Flaw(name, f"is no column of {self.table.name}; there are {known}"))
        return found

    def text(self, column: Field) -> Composable:
        """Return a column's value as a text, in which all but numbers compare as they should."""
        if not column.field_id:
            return SQL(_META[column.name])
        if column.fallback is None:
            return SQL("(e.data ->> {})").format(Literal(str(column.field_id)))
        return SQL("({} #>> '{{}}')").format(self.json(column))

    def json(self, column: Field) -> Composable:
        """Return a column's value as it is shown."""
        kept = SQL("e.data -> {}").format(Literal(str(column.field_id)))
        if column.fallback is None:
            return kept
        return SQL("coalesce({}, {}::jsonb)").format(kept, self.put(written(column.fallback)))

    def row(self, select: tuple[str, ...] | None) -> Composed:
        """Return the expression that makes a row one JSON text."""
        names = select or ("id", *(one.name for one in self.table.fields), "owner", "created_at", "updated_at")
        columns = [self.column(name) for name in dict.fromkeys(names)]
        shown = [
            SQL("{} as {}").format(self.json(one) if one.field_id else self.text(one), Identifier(one.name))
            for one in columns
        ]
        return SQL("(select row_to_json(picked)::text from (select {}) as picked)").format(SQL(", ").join(shown))

    def holds(self, condition: Condition) -> Composable:
        """Return a condition as SQL."""
        match condition:
            case Every(parts=()):
                return SQL("true")
            case Either(parts=()):
                return SQL("false")
            case Every(parts):
                return SQL("({})").format(SQL(" and ").join(map(self.holds, parts)))
            case Either(parts):
                return SQL("({})").format(SQL(" or ").join(map(self.holds, parts)))
            case Not(part):
                return SQL("(not {})").format(self.holds(part))
            case Test(name, operator, value):
                return _TESTS.get(operator, _compare)(self, self.column(name), operator, value)

    def exact(self, column: Field, value: Any) -> Any:
        """Return a value as the column keeps it; nothing is compared with null."""
        if column.kind not in COMPARABLE:
            raise BadEvent(Flaw(column.name, f"is {column.kind}: it can be asked whether it is null, not compared"))
        kept = coerced(column.name, column.kind, value)
        if kept is None:
            raise BadEvent(Flaw(column.name, "is compared with null: use `is` null"))
        return str(kept).lower() if column.kind == "boolean" else str(kept)

    def comparable(self, column: Field) -> Composable:
        """Return what comparisons look at."""
        return SQL("{}::numeric" if column.kind in NUMBERS else '{} collate "C"').format(self.text(column))

    def key(self, column: Field) -> Composable:
        """Return what a column is sorted by, the same as its index keeps."""
        return SQL("rt.sort_key({}, {})").format(Literal(column.kind), self.text(column))


def _compare(made: Selection, column: Field, operator: str, value: Any) -> Composable:
    if column.name == "id" and operator == "eq":
        return SQL("e.id = {}::uuid").format(made.put(made.exact(column, value)))
    cast = SQL("::numeric" if column.kind in NUMBERS else "::text")
    kept = made.put(made.exact(column, value))
    return SQL("{} {} {}{}").format(made.comparable(column), SQL(_SIGNS[operator]), kept, cast)


def _within(made: Selection, column: Field, _operator: str, value: Any) -> Composable:
    cast = SQL("::numeric[]" if column.kind in NUMBERS else "::text[]")
    kept = made.put([made.exact(column, one) for one in value])
    return SQL("{} = any ({}{})").format(made.comparable(column), kept, cast)


def _like(made: Selection, column: Field, operator: str, value: Any) -> Composable:
    if column.kind != "text":
        raise BadEvent(Flaw(column.name, f"is {column.kind}; only a text is like something"))
    pattern = coerced(column.name, "text", value) or ""
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise BadEvent(Flaw(column.name, "the pattern ends with a backslash that stands before nothing"))
    return SQL("{} {} {}::text").format(made.text(column), SQL(operator), made.put(pattern))


def _is(made: Selection, column: Field, _operator: str, value: Any) -> Composable:
    word = {None: "null", True: "true", False: "false"}.get(value, value)
    if word == "null":
        return SQL("{} is null").format(made.text(column))
    if word not in {"true", "false"} or column.kind != "boolean":
        raise BadEvent(Flaw(column.name, "can be asked whether it is null, and a boolean whether it is true or false"))
    return SQL("{} is not distinct from {}").format(made.text(column), Literal(word))


_TESTS: Mapping[str, Callable[[Selection, Field, str, Any], Composable]] = {
    "in": _within,
    "like": _like,
    "ilike": _like,
    "is": _is,
}
