"""What a request asks of a table, read from its URL. Pure.

A cursor is the values that the last row of a page was sorted by, and its id: it moves within what its bearer may see
anyway, so it needs no signature. It says the order it belongs to, for in another it would skip rows.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from contracts.errors import BadEvent, Flaw
from contracts.query import DEFAULT_LIMIT, MOST_ROWS, Filter, Order, Query
from gateway.runtime import filters

_LONGEST = 16_384
_MOST_COLUMNS = 100
_WORDS = frozenset({"select", "order", "limit", "cursor", "count", "returning", "on_conflict", "ignore_duplicates"})
_YES = frozenset({"true", "exact", "1"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The query, and what a write is to answer."""

    query: Query
    returning: bool
    on_conflict: tuple[str, ...] | None
    ignore_duplicates: bool

    @property
    def where(self) -> tuple[Filter, ...]:
        """Return which rows are meant."""
        return self.query.where


def read(query_string: bytes) -> Asked:
    """Read a query string."""
    if len(query_string) > _LONGEST:
        raise BadEvent(Flaw("query", f"is longer than {_LONGEST} bytes"))
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise BadEvent(Flaw("query", "is not UTF-8, percent-encoded")) from None
    said: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise BadEvent(Flaw(name.replace("\0", ""), "has a NUL in it"))
        if name in _WORDS and said.setdefault(name, value) != value:
            raise BadEvent(Flaw(name, "is there twice"))
    order = _order(said.get("order", ""))
    query = Query(
        where=filters.read([pair for pair in pairs if pair[0] not in _WORDS]),
        select=_names("select", said.get("select", "*")),
        order=order,
        limit=_limit(said.get("limit")),
        after=_after(said["cursor"], order) if said.get("cursor") else None,
        count=said.get("count", "") in _YES,
    )
    return Asked(query, said.get("returning") != "minimal", _conflict(said), said.get("ignore_duplicates") in _YES)


def cursor(query: Query, after: tuple[Any, ...] | list[Any] | None) -> str | None:
    """Return what asks for the next page."""
    if after is None:
        return None
    told = json.dumps([_spelled(query.order), *after], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _after(text: str, order: tuple[Order, ...]) -> tuple[Any, ...]:
    try:
        told = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        told = None
    if not isinstance(told, list) or not all(map(_is_plain, told)):
        raise BadEvent(Flaw("cursor", "is none that a page of rows ended with"))
    if told[:1] != [_spelled(order)]:
        raise BadEvent(Flaw("cursor", "belongs to another order: ask with the order of the page it came from"))
    return tuple(told[1:])


def _is_plain(value: Any) -> bool:
    """Tell whether a value can have come from a row."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return not isinstance(value, list | dict)


def _spelled(order: tuple[Order, ...]) -> str:
    return ",".join(f"{each.field}.{'desc' if each.descending else 'asc'}" for each in order)


def _order(text: str) -> tuple[Order, ...]:
    found = []
    for part in filter(None, text.split(",")):
        field, _dot, way = part.partition(".")
        if way not in {"", "asc", "desc"} or not field:
            raise BadEvent(Flaw("order", "must be columns with .asc or .desc, such as created_at.desc,name"))
        found.append(Order(field, way == "desc"))
    if len({each.field for each in found}) != len(found):
        raise BadEvent(Flaw("order", "names a column twice"))
    return tuple(found)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_ROWS)) or int(text) > MOST_ROWS:
        raise BadEvent(Flaw("limit", f"must be a number from 0 to {MOST_ROWS}"))
    return int(text)


def _names(word: str, text: str) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if "*" in names:
        return None
    if not all(names) or len(names) > _MOST_COLUMNS:
        raise BadEvent(Flaw(word, "must be columns with commas between them"))
    return names


def _conflict(said: dict[str, str]) -> tuple[str, ...] | None:
    return _names("on_conflict", said["on_conflict"]) if "on_conflict" in said else None
