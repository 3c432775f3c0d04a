"""Chat messages, as far as the log knows them: what was said of the tools of each."""

from sql.database import AsyncTx, enter
from sql.named import Named
from sql.progress import Numbered

QUERY = Named(__file__)

#: Of one message hundreds of steps are many.
_MOST = 5_000


async def said(tx: AsyncTx, app_id: str, message_id: str, count: int = _MOST) -> tuple[int, list[Numbered]]:
    """Return the steps of a message's tools, and the number that a stream goes on from: the app's newest, as of then.

    Of more steps than can be returned the rest comes from the stream.
    """
    wanted = {"app_id": app_id, "message_id": message_id, "count": count}
    async with tx.pipeline(), tx.transaction():
        await enter(tx, app_id)
        rows = await (await tx.execute(QUERY.said, wanted)).fetchall()
    steps = [Numbered(*step) for _head, *step in rows]
    if len(steps) == count:
        return steps[-1].seq, steps
    return (rows[0][0] if rows else 0), steps
