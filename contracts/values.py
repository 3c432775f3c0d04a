"""Values of columns: from what a program sends to the one form in which each is kept and compared.

A date, a time and a uuid are texts whose order as texts is theirs. What does not fit is refused in words that say
what would.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from contracts.errors import BadEvent, Flaw
from contracts.schema import ColumnType

MAX_TEXT = 1_000_000
MAX_DIGITS = 100
_BITS = {"integer": 31, "bigint": 63}


def coerced(name: str, kind: ColumnType, value: Any) -> Any:
    """Return a value as it is kept, or say why the column cannot hold it; null is always null."""
    if value is None:
        return None
    try:
        return _COERCE[kind](value)
    except (ValueError, TypeError, OverflowError, InvalidOperation, RecursionError) as error:
        said = str(error) if isinstance(error, _Unfit) else _WANTED[kind]
        raise BadEvent(Flaw(name, said)) from None


def document(values: Mapping[str, Any]) -> str:
    """Return kept values as one JSON object; a number keeps every digit."""
    return "{" + ",".join(f"{json.dumps(name)}:{written(value)}" for name, value in values.items()) + "}"


class _Unfit(ValueError):
    """It is of the kind, and still cannot be kept."""


def written(value: Any) -> str:
    """Return one kept value as JSON."""
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, allow_nan=False)


def _as_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if "\x00" in value:
        raise _Unfit("must not contain a NUL")
    if len(value) > MAX_TEXT:
        raise _Unfit(f"is {len(value)} characters long; at most {MAX_TEXT} are kept")
    value.encode()  # half a surrogate pair is no text
    return value


def _as_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TypeError
    if isinstance(value, str) and len(value) > 2 * MAX_DIGITS:
        raise _Unfit(f"has more than {MAX_DIGITS} digits")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    if abs(number.adjusted()) > MAX_DIGITS or len(number.as_tuple().digits) > MAX_DIGITS:
        raise _Unfit(f"has more than {MAX_DIGITS} digits")
    return number


def _as_numeric(value: Any) -> Decimal:
    written = format(_as_number(value), "f")
    short = written.rstrip("0").rstrip(".") if "." in written else written
    return Decimal("0" if short in {"", "-0", "-"} else short)


def _as_whole(kind: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = _as_number(value)
        if number != number.to_integral_value():
            raise ValueError
        if not -(2 ** _BITS[kind]) <= number < 2 ** _BITS[kind]:
            raise _Unfit(f"must be from {-(2 ** _BITS[kind])} to {2 ** _BITS[kind] - 1}")
        return int(number)

    return read


def _as_boolean(value: Any) -> bool:
    found = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise TypeError
    return found


def _as_date(value: Any) -> str:
    is_bare = len(value) <= len("2026-01-31")
    return (date.fromisoformat(value) if is_bare else datetime.fromisoformat(value).date()).isoformat()


def _as_timestamp(value: Any) -> str:
    then = datetime.fromisoformat(value)
    return moment(then if then.tzinfo else then.replace(tzinfo=UTC))


def moment(then: datetime) -> str:
    """Return a time as it is kept."""
    return then.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _as_json(value: Any) -> Any:
    written = json.dumps(value, allow_nan=False)
    if len(written) > MAX_TEXT:
        raise _Unfit(f"is {len(written)} characters long as JSON; at most {MAX_TEXT} are kept")
    if "\\u0000" in written:
        raise _Unfit("must not contain a NUL")
    return value


_COERCE: Mapping[ColumnType, Callable[[Any], Any]] = {
    "text": _as_text,
    "integer": _as_whole("integer"),
    "bigint": _as_whole("bigint"),
    "numeric": _as_numeric,
    "boolean": _as_boolean,
    "date": _as_date,
    "timestamp": _as_timestamp,
    "uuid": lambda value: str(UUID(_as_text(value))),
    "json": _as_json,
}
_WANTED: Mapping[ColumnType, str] = {
    "text": "must be a text",
    "integer": "must be a whole number",
    "bigint": "must be a whole number",
    "numeric": "must be a number",
    "boolean": "must be true or false",
    "date": "must be a date like 2026-01-31",
    "timestamp": "must be a time like 2026-01-31T12:00:00Z",
    "uuid": "must be a uuid",
    "json": "must be JSON",
}
