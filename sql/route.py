"""The way to wanted rows: which index leads to them, in which order, and where a page goes on."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Literal

from contracts.condition import Condition, Every, Order, Test
from contracts.errors import BadEvent, Flaw
from contracts.table import Field
from sql.selection import Selection

_LEADING = frozenset({"eq", "in", "gt", "gte", "lt", "lte"})
_BOUNDS = {"gt": ">=", "gte": ">=", "lt": "<=", "lte": "<=", "eq": "="}


@dataclass(frozen=True)
class Key:
    """One thing that a page is sorted by."""

    expression: Composable
    cast: str
    descending: bool


@dataclass(frozen=True)
class Way:
    """Where rows come from: the table itself (`e`), or an index of one column (`f`) that leads to them."""

    source: Composed
    leader: Field | None = None

    @property
    def alias(self) -> str:
        """Return which of the two knows the order."""
        return "e" if self.leader is None else "f"


def find(made: Selection, where: Condition, order: Sequence[Order] = ()) -> Way:
    """Return the way to rows."""
    tenant = Literal(str(made.asking.tenant_id))
    door = SQL("rt.get_app_entities_optimized({}::uuid, {})").format(tenant, Literal(made.table.table_id))
    scope, tests = _scope(made), list(_required(where))
    leader = None if scope is None else _leader(made, tests, order)
    if leader is None:
        kept = SQL("true") if scope is None else SQL("e.scope = {}").format(Literal(scope))
        return Way(SQL("{} as e where {} and {}").format(door, kept, made.holds(where)))
    bounds = [_bound(made, leader, test) for test in tests if test.field == leader.name]
    source = SQL(
        "(select id, k, created_at from rt.field_index where tenant_id = {}::uuid and field_id = {} and scope = {}{}{})"
        " as f cross join lateral (select * from {} as e where e.id = f.id offset 0) as e where {}"
    ).format(
        tenant,
        Literal(leader.field_id),
        Literal(scope),
        SQL("").join(SQL(" and {}").format(bound) for bound in bounds),
        SQL(_along(leader, order)),
        door,
        made.holds(where),
    )
    return Way(source, leader)


def _along(leader: Field, order: Sequence[Order]) -> str:
    """Return the order of the index, so that a page of it is all that is read."""
    way = " desc" if _first(order).descending else ""
    sorts = not order or [one.field for one in order] in ([leader.name], ["created_at"])
    return f" order by k{way}, created_at{way}, id{way}" if sorts else ""


def _first(order: Sequence[Order]) -> Order:
    return order[0] if order else Order("created_at", descending=True)


def _scope(made: Selection) -> str | None:
    """Return what all rows have in common that could be seen, if they have."""
    match made.table.access:
        case "user":
            return None if made.asking.is_service else f"u{made.asking.sub}"
        case access:
            return access[0]


def _required(where: Condition) -> Iterator[Test]:
    """Yield what every wanted row passes."""
    match where:
        case Test(operator=operator) if operator in _LEADING:
            yield where
        case Every(parts):
            for part in parts:
                yield from _required(part)


def _leader(made: Selection, tests: Sequence[Test], order: Sequence[Order]) -> Field | None:
    """Choose the column whose index is gone along: one that is equal to something, else the one sorted by."""
    ready = {one.name: one for one in made.table.fields if one.pivot == "ready"}
    if any(test.field == "id" and test.operator == "eq" for test in tests):
        return None
    equal = [ready[test.field] for test in tests if test.operator == "eq" and test.field in ready]
    if found := next((one for one in equal if one.kind != "boolean"), None):
        return found
    if len(order) == 1 and order[0].field in ready:
        return ready[order[0].field]
    return equal[0] if equal else next((ready[test.field] for test in tests if test.field in ready), None)


def _bound(made: Selection, leader: Field, test: Test) -> Composable:
    """Narrow the index, a little too wide where it knows values only roughly."""
    key = "rt.sort_key({}, {}::text)"
    if test.operator == "in":
        keys = [SQL(key).format(Literal(leader.kind), made.put(made.exact(leader, one))) for one in test.value]
        return SQL("k = any (array[{}]::text[])").format(SQL(", ").join(keys))
    kept = SQL(key).format(Literal(leader.kind), made.put(made.exact(leader, test.value)))
    return SQL("k {} {}").format(SQL(_BOUNDS[test.operator]), kept)


def keys(made: Selection, way: Way, order: Sequence[Order]) -> list[Key]:
    """Return what a page is sorted by, so that no two rows are alike in it."""
    found = [_key(made, way, one) for one in order if one.field not in {"created_at", "id"}]
    named = {one.field: one.descending for one in order}
    last = order[-1].descending if order else True
    ends = [("created_at", "timestamptz"), ("id", "uuid")]
    if "id" in named and "created_at" not in named:
        ends = ends[1:]
    return [*found, *(Key(SQL(f"{way.alias}.{name}"), cast, named.get(name, last)) for name, cast in ends)]


def _key(made: Selection, way: Way, order: Order) -> Key:
    if way.leader is not None and order.field == way.leader.name:
        return Key(SQL("f.k"), "text", order.descending)
    return Key(made.key(made.column(order.field)), "text", order.descending)


def sorting(found: Sequence[Key]) -> Composed:
    """Return the order as SQL."""
    ways = [SQL("{} desc" if one.descending else "{}").format(one.expression) for one in found]
    return SQL(", ").join(ways)


def beyond(made: Selection, found: Sequence[Key], after: str | None, order: Sequence[Order]) -> Composable:
    """Return what rows have in common that come after a page."""
    if after is None:
        return SQL("true")
    said = _opened(after, order, found)
    ends = [SQL("{}::{}").format(made.put(value), SQL(key.cast)) for key, value in zip(found, said, strict=True)]
    if len({key.descending for key in found}) == 1:
        mine = SQL(", ").join(key.expression for key in found)
        sign = SQL("<" if found[0].descending else ">")
        return SQL("({}) {} ({})").format(mine, sign, SQL(", ").join(ends))
    steps = [
        SQL(" and ").join(
            [
                *(SQL("{} = {}").format(key.expression, end) for key, end in zip(found[:n], ends[:n], strict=True)),
                SQL("{} < {}" if found[n].descending else "{} > {}").format(found[n].expression, ends[n]),
            ]
        )
        for n in range(len(found))
    ]
    return SQL("(({}))").format(SQL(") or (").join(steps))


def closed(values: Sequence[Any], order: Sequence[Order]) -> str:
    """Return where a page ends, as a word for the client to bring back."""
    said = json.dumps([_mark(order), *map(str, values)], separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _opened(after: str, order: Sequence[Order], found: Sequence[Key]) -> list[str]:
    """Read such a word, and believe nothing in it."""
    try:
        mark, *said = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if mark == _mark(order) and len(said) == len(found):
            return [_READ[key.cast](value) for key, value in zip(found, said, strict=True)]
    except (ValueError, TypeError, AttributeError):
        pass
    raise BadEvent(Flaw("cursor", "is not the `next` of a page in this order"))


_READ: Mapping[str, Callable[[str], str]] = {
    "timestamptz": lambda said: datetime.fromisoformat(said).isoformat(),
    "uuid": lambda said: str(UUID(said)),
    "text": lambda said: said.encode().decode().replace("\x00", ""),
}


def _mark(order: Sequence[Order]) -> str:
    return hashlib.sha256(repr(tuple(order)).encode()).hexdigest()[:8]
