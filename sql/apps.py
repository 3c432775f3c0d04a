"""Apps as the gateway shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sql.database import AsyncTx, enter
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    app_id: str
    name: str | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """An app at one moment of its story; nothing has created it where it has no time of creation."""

    name: str | None
    owner: str | None
    template: str | None
    tier: str | None
    version: int | None
    created_at: datetime | None
    files: int
    bytes: int
    head: int
    revision: int
    preview: str
    drawn_at: datetime | None
    provision_seconds: float | None
    private: bool
    frame_ancestors: list[str]


async def page(tx: AsyncTx, app_ids: Sequence[str] | None, after: str, count: int) -> list[Listed]:
    """Return the next apps by name, of those asked for, or (None) of all."""
    names = None if app_ids is None else list(app_ids)
    rows = await tx.execute(QUERY.list, {"app_ids": names, "after": after, "count": count})
    return [Listed(*row) for row in await rows.fetchall()]


async def state(tx: AsyncTx, app_id: str) -> State:
    """Return what is known of an app, in a transaction of its own."""
    async with tx.pipeline(), tx.transaction():
        await enter(tx, app_id)
        rows = await tx.execute(QUERY.state, {"app_id": app_id})
        row = await rows.fetchone()
        assert row is not None  # noqa: S101 - the join always has its left side
        return State(*row)
