"""What a request asks of a table, read from its URL. Pure."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from contracts.condition import MAX_ROWS, Every, Order, Wanted
from contracts.errors import BadEvent, Flaw
from gateway.runtime import filters

_LONGEST = 8_192
_MOST_COLUMNS, _USUAL_LIMIT = 100, 100
_WORDS = frozenset({"select", "order", "limit", "cursor", "count", "returning", "on_conflict"})
_YES = frozenset({"true", "exact", "1"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows, and what the answer is to hold."""

    wanted: Wanted
    where: Every
    count: bool
    returning: bool
    on_conflict: tuple[str, ...] | None


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
    where = filters.read([pair for pair in pairs if pair[0] not in _WORDS])
    wanted = Wanted(
        where=where,
        order=_order(said.get("order", "")),
        select=_names("select", said.get("select", "*")),
        limit=_limit(said.get("limit")),
        after=said.get("cursor") or None,
    )
    returning = said.get("returning") != "minimal"
    return Asked(wanted, where, said.get("count", "") in _YES, returning, _conflict(said))


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
        return _USUAL_LIMIT
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_ROWS)) or not 0 < int(text) <= MAX_ROWS:
        raise BadEvent(Flaw("limit", f"must be a number from 1 to {MAX_ROWS}"))
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
