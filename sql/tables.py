"""How large the tables of an app are, counted now and then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.tenant import DataEnv, tenant_of
from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Size:
    """A table with one tenant, as it was counted last."""

    rows: int
    bytes: int
    counted_at: datetime


async def sizes(tx: AsyncTx, app_id: str, env: DataEnv) -> dict[int, Size]:
    """Return the size of each table that the app has, counted within a minute."""
    asked = {"app_id": app_id, "env": env, "tenant_id": tenant_of(app_id, env), "fresh": _FRESH}
    await tx.execute(QUERY.count, asked)
    found = await tx.execute(QUERY.sizes, asked)
    return {table_id: Size(*size) for table_id, *size in await found.fetchall()}
