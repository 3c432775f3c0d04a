"""What is wanted of a table's rows: which, in which order, and how many."""

from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"]
MAX_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Test:
    """One column compared; `in` has a tuple of values, `is` has null, true or false."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold; none at all holds always."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of them holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    part: "Condition"


Condition = Test | Every | Either | Not

ALWAYS = Every()


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by; what is null comes last, or first where it descends."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of rows; the newest first where no order is said. `after` is the `next` of the page before."""

    where: Condition = ALWAYS
    order: tuple[Order, ...] = ()
    select: tuple[str, ...] | None = None
    limit: int = 100
    after: str | None = None
