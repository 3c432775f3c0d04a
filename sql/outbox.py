"""Events that are decided but not yet on the bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.cloudevents import encode
from contracts.event import Envelope
from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Row:
    """One event in the words of the wire."""

    app_id: str
    event_id: str
    kind: str
    envelope: str


def row(envelope: Envelope) -> Row:
    """Write an event down."""
    return Row(envelope.app_id, envelope.event_id, envelope.kind, encode(envelope))


def append(tx: Tx | AsyncTx, app_id: str, rows: Sequence[Row]) -> Any:
    """Add one app's events; on asyncio, await what this returns."""
    return tx.execute(
        QUERY.append,
        {
            "app_id": app_id,
            "event_ids": [row.event_id for row in rows],
            "kinds": [row.kind for row in rows],
            "envelopes": [row.envelope for row in rows],
        },
    )


async def claim(tx: AsyncTx, count: int) -> list[Row]:
    """Return what is overdue, locked until the transaction ends."""
    return [Row(*found) for found in await (await tx.execute(QUERY.claim, {"count": count})).fetchall()]


async def published(tx: AsyncTx, rows: Sequence[Row]) -> None:
    """Forget what a queue holds safely."""
    await tx.execute(QUERY.published, _keys(rows))


async def refused(tx: AsyncTx, rows: Sequence[Row]) -> None:
    """Put off what no queue took."""
    await tx.execute(QUERY.refused, _keys(rows))


async def set_right(tx: AsyncTx) -> int:
    """Let nothing wait for a clock that went back; return how many events would have."""
    return (await tx.execute(QUERY.set_right)).rowcount


async def backlog(tx: AsyncTx) -> tuple[int, float]:
    """Return how many events wait, and for how many seconds the oldest has."""
    found = await (await tx.execute(QUERY.backlog)).fetchone()
    return (found[0], found[1]) if found else (0, 0.0)


def _keys(rows: Sequence[Row]) -> dict[str, list[str]]:
    return {"app_ids": [row.app_id for row in rows], "event_ids": [row.event_id for row in rows]}
