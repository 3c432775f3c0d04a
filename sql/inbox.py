"""What each actor has settled, so that a second delivery changes nothing."""

from datetime import timedelta
from typing import Any

from psycopg import Cursor

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


def sign(tx: Tx, app_id: str, actor: str, source: str, event_id: str) -> Cursor[tuple[Any, ...]]:
    """Sign an event in; there will be a row if this is the first time, and only its fetch waits for the answer."""
    key = {"app_id": app_id, "actor": actor, "source": source, "event_id": event_id}
    return tx.execute(QUERY.enter, key)


def enter(tx: Tx, app_id: str, actor: str, source: str, event_id: str) -> bool:
    """Sign an event in and return whether this is the first time."""
    return sign(tx, app_id, actor, source, event_id).fetchone() is not None


def begin(tx: Tx, app_id: str, actor: str, source: str, event_id: str, *, occasion: str) -> int:
    """Note that an actor begins an event that came back, and return how often that has been."""
    key = {"app_id": app_id, "actor": actor, "source": source, "event_id": event_id, "occasion": occasion}
    row = tx.execute(QUERY.begin, key).fetchone()
    assert row is not None  # noqa: S101 - a sum is one row
    return int(row[0])


async def forget(tx: AsyncTx, keep: timedelta, count: int = 10_000) -> int:
    """Delete a batch of what can no longer be repeated; return how much went."""
    return (await tx.execute(QUERY.forget, {"keep": keep, "count": count})).rowcount
