"""What callers tried that was not theirs, and who is believed no more."""

from dataclasses import dataclass
from datetime import timedelta

from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Violation:
    """One row of the log: the same, by the same caller, within a minute."""

    minute: str
    reason: str
    subject: str | None
    detail: str
    count: int


async def record(tx: AsyncTx, app_id: str, *, reason: str, caller: bytes, subject: str | None, detail: str) -> int:
    """Count a violation, and return how many the caller has had lately."""
    said = {"app_id": app_id, "reason": reason, "caller": caller, "subject": subject, "detail": detail}
    row = await (await tx.execute(QUERY.record, said)).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return int(row[0])


async def suspend(tx: AsyncTx, app_id: str, caller: bytes, seconds: int) -> bool:
    """Believe a caller no more for a while; False: nobody did already."""
    said = {"app_id": app_id, "caller": caller, "seconds": seconds}
    return (await tx.execute(QUERY.suspend, said)).rowcount == 1


async def newest(tx: AsyncTx, app_id: str, count: int) -> list[Violation]:
    """Return what was refused last."""
    rows = await tx.execute(QUERY.newest, {"app_id": app_id, "count": count})
    return [Violation(*row) for row in await rows.fetchall()]


async def forget(tx: AsyncTx, keep: timedelta) -> int:
    """Delete a batch of what is old: violations, suspensions, and sessions that have ended."""
    row = await (await tx.execute(QUERY.forget, {"keep": keep})).fetchone()
    return int(row[0]) if row else 0
