"""What is asked of a table's rows: conditions, order, and where the last page ended.

Values are as somebody wrote them: whoever knows the columns' types reads them as such, or refuses.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)

DEFAULT_LIMIT, MOST_ROWS = 100, 1_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One column compared with what somebody wrote; `in` has a list of it."""

    field: str
    operator: Operator
    value: str | tuple[str, ...]
    negated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as the database takes it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.operator, "value": value, "not": self.negated}


@dataclass(frozen=True, slots=True)
class Group:
    """Several of which any, or all, must hold."""

    must: Literal["any", "all"]
    parts: "tuple[Filter, ...]"
    negated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as the database takes it."""
        return {self.must: [part.as_json() for part in self.parts], "not": self.negated}


Filter = Condition | Group


@dataclass(frozen=True, slots=True)
class Order:
    """A column that rows are sorted by; where it is null comes last, whichever way."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A page of rows; without an order the newest come first."""

    where: tuple[Filter, ...] = ()
    select: tuple[str, ...] | None = None
    order: tuple[Order, ...] = ()
    limit: int = DEFAULT_LIMIT
    #: The values of the order's columns, then the id, of the row that the last page ended with.
    after: tuple[Any, ...] | None = None
    count: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as the database takes it."""
        return {
            "where": [part.as_json() for part in self.where],
            "select": None if self.select is None else list(self.select),
            "order": [{"field": each.field, "desc": each.descending} for each in self.order],
            "limit": self.limit,
            "after": None if self.after is None else list(self.after),
            "count": self.count,
        }
