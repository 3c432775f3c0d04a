"""How large the database has grown, and how many policies guard it."""

from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)


async def policies(tx: AsyncTx) -> int:
    """Return how many row policies there are."""
    row = await (await tx.execute(QUERY.policies)).fetchone()
    return row[0] if row else 0


async def stored(tx: AsyncTx) -> dict[str, int]:
    """Return how many bytes are stored, by kind."""
    return dict(await (await tx.execute(QUERY.stored)).fetchall())
