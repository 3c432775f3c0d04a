"""Calls of tools: whose turn it is, what each waits for, and what a tool may read of its app."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)

State = Literal["waiting", "running", "published", "stored", "shown", "completed", "failed"]
#: Among so many of the last revisions an open page has shown one.
_LATELY = 10


class Key(NamedTuple):
    """What names a call within its app."""

    message_id: str
    iteration: int
    tool_index: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is now."""

    key: Key
    tool: str
    state: State
    attempt: int
    #: The event that called, encoded, but for its data.
    cause: str
    arguments: str | None
    version: int | None
    revision: int | None
    details: dict[str, Any]
    #: How long ago it was called.
    seconds: float
    #: Its time is over.
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A call that comes in; one that is refused is written down as failed."""

    key: Key
    tool: str
    cause: str
    arguments: str
    touches: Sequence[str] = ()
    refused: bool = False
    #: What it is called with is needed later.
    kept: bool = False
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of it at the door."""

    state: State
    attempt: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """How far an app's preview is; `seen` is the newest of its last revisions that a page has shown."""

    version: int
    revision: int
    status: str
    failure: str | None
    seen: int | None


def hold(tx: Tx, app_id: str, message_id: str) -> None:
    """Let nobody else decide about the turns of this message until the commit."""
    tx.execute(QUERY.hold, {"app_id": app_id, "message_id": message_id})


def cancel(tx: Tx, app_id: str, message_id: str) -> list[Call]:
    """Let no further call of the message begin, and return those that can be stopped."""
    about = {"app_id": app_id, "message_id": message_id}
    tx.execute(QUERY.cancel, about)
    return [_call(row) for row in tx.execute(QUERY.stoppable, about).fetchall()]


def admit(tx: Tx, app_id: str, call: Arrival) -> Admitted | None:
    """Write a call down; nothing where it is known already and has not failed. The message must be held."""
    row = tx.execute(
        QUERY.admit,
        {
            **_key(app_id, call.key),
            "tool": call.tool,
            "cause": call.cause,
            "arguments": call.arguments,
            "touches": list(call.touches),
            "refused": call.refused,
            "kept": call.kept,
            "seconds": call.seconds,
        },
    ).fetchone()
    return Admitted(*row) if row else None


def find(tx: Tx, app_id: str, key: Key) -> Call | None:
    """Return a call, locked until the commit."""
    row = tx.execute(QUERY.find, _key(app_id, key)).fetchone()
    return _call(row) if row else None


def ready(tx: Tx, app_id: str, message_id: str) -> list[Call]:
    """Return the waiting calls whose turn it is. The message must be held."""
    rows = tx.execute(QUERY.ready, {"app_id": app_id, "message_id": message_id})
    return [_call(row) for row in rows.fetchall()]


def run(tx: Tx, app_id: str, key: Key, attempt: int, seconds: float | None = None) -> Call | None:
    """Note that a call is at work for the so-manieth time; nothing if it is not its turn any more."""
    row = tx.execute(QUERY.run, {**_key(app_id, key), "attempt": attempt, "seconds": seconds}).fetchone()
    return _call(row) if row else None


def at_work(tx: Tx, app_id: str, call: Call) -> bool:
    """Tell whether this attempt at a call is still wanted; if so, nobody ends it until the commit."""
    return tx.execute(QUERY.at_work, {**_key(app_id, call.key), "attempt": call.attempt}).fetchone() is not None


def move(
    tx: Tx,
    app_id: str,
    call: Call,
    state: State,
    *,
    waits_for: str | None = None,
    version: int | None = None,
    revision: int | None = None,
    details: dict[str, Any] | None = None,
    seconds: float = 0,
    pause: float = 3600,
) -> None:
    """Write what has become of a call: what it waits for, for how many seconds, and when it is looked at again."""
    about = {
        "state": state,
        "waits_for": waits_for,
        "version": version,
        "revision": revision,
        "details": json.dumps(details or {}),
        "seconds": seconds,
        "pause": pause,
    }
    tx.execute(QUERY.move, {**_key(app_id, call.key), **about})


def look_later(tx: Tx, app_id: str, call: Call, pause: float) -> None:
    """Leave a call as it is, for a while."""
    tx.execute(QUERY.look_later, {**_key(app_id, call.key), "pause": pause})


def answered(tx: Tx, app_id: str, event_id: str) -> Key | None:
    """Return which call waits for the answer to an event."""
    row = tx.execute(QUERY.answered, {"app_id": app_id, "event_id": event_id}).fetchone()
    return Key(*row) if row else None


def looking(tx: Tx, app_id: str) -> list[Call]:
    """Return the calls that wait for the preview or for a page, locked until the commit."""
    return [_call(row) for row in tx.execute(QUERY.looking, {"app_id": app_id}).fetchall()]


def overdue(tx: Tx, count: int) -> list[tuple[str, Key]]:
    """Return calls of any app that are due to be looked at."""
    return [(app_id, Key(*key)) for app_id, *key in tx.execute(QUERY.overdue, {"count": count}).fetchall()]


def preview(tx: Tx, app_id: str) -> Preview:
    """Return how far the app's preview is."""
    row = tx.execute(QUERY.preview, {"app_id": app_id, "count": _LATELY}).fetchone()
    return Preview(*row) if row else Preview(0, 0, "none", None, None)


def text(tx: Tx, app_id: str, path: str, most: int) -> tuple[int, bytes | None] | None:
    """Return a file's size, and its content if it is no longer than that; nothing where there is no such file."""
    row = tx.execute(QUERY.text, {"app_id": app_id, "path": path, "most": most}).fetchone()
    return (row[0], row[1]) if row else None


def containing(tx: Tx, app_id: str, needle: bytes, *, pattern: str, most: int, count: int) -> list[tuple[str, bytes]]:
    """Return files that have some text in them."""
    about = {"app_id": app_id, "needle": needle, "pattern": pattern, "most": most, "count": count}
    return [(row[0], row[1]) for row in tx.execute(QUERY.containing, about).fetchall()]


async def forget(tx: AsyncTx, keep: timedelta, count: int = 10_000) -> int:
    """Delete a batch of calls that ended long ago; return how many rows went."""
    row = await (await tx.execute(QUERY.forget, {"keep": keep, "count": count})).fetchone()
    return row[0] if row else 0


def _key(app_id: str, key: Key) -> dict[str, Any]:
    return {"app_id": app_id, **key._asdict()}


def _call(row: tuple[Any, ...]) -> Call:
    message_id, iteration, tool_index, tool, state, attempt, cause, arguments, version, revision, details, *time = row
    key = Key(message_id, iteration, tool_index)
    return Call(key, tool, state, attempt, cause, arguments, version, revision, json.loads(details), *time)
