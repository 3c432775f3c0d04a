"""Leases by app and lane: who works for an app now, and whether more is wanted."""

from dataclasses import dataclass
from typing import Any

from psycopg import Cursor, Error

from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)
Answer = Cursor[tuple[Any, ...]]
_REFUSED = "FL001"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one app's lane, until somebody else holds a higher fence."""

    app_id: str
    lane: str
    fence: int
    wanted: int
    tries: int
    cause: str

    def key(self, **more: Any) -> dict[str, Any]:
        """Return what names this lease in a query."""
        return {"app_id": self.app_id, "lane": self.lane, "fence": self.fence, **more}


def want(tx: Tx, app_id: str, lane: str, cause: str) -> None:
    """Say that there is something to do."""
    tx.execute(QUERY.want, {"app_id": app_id, "lane": lane, "cause": cause})


def want_once(tx: Tx, app_id: str, lane: str, *, source: str, event_id: str, cause: str) -> Answer:
    """Settle an event by saying that there is something to do; there will be a row if it was not settled before."""
    about = {"app_id": app_id, "lane": lane, "source": source, "event_id": event_id, "cause": cause}
    return tx.execute(QUERY.want_once, about)


def take(tx: Tx, app_id: str, lane: str, seconds: float) -> Answer:
    """Take the lane if something is wanted and nobody holds it: see `lease`."""
    return tx.execute(QUERY.take, {"app_id": app_id, "lane": lane, "seconds": seconds})


def renew(tx: Tx, lease: Lease, seconds: float) -> bool:
    """Hold it longer; return whether it is still ours."""
    terms = lease.key(seconds=seconds, wanted=lease.wanted, tries=lease.tries)
    return tx.execute(QUERY.renew, terms).fetchone() is not None


def finish(tx: Tx, lease: Lease) -> Answer:
    """Report what was wanted as done; what is answered is the `lease` as it is now.

    Where the lease is lost the transaction fails, and `is_lost` knows the error.
    """
    return tx.execute(QUERY.finish, lease.key(wanted=lease.wanted))


def hold(tx: Tx, lease: Lease) -> None:
    """Let the transaction fail, by an error that `is_lost` knows, unless the lease is ours until it ends."""
    tx.execute(QUERY.hold, lease.key())


def is_lost(error: Error) -> bool:
    """Tell whether a transaction failed because somebody else has the lane by now."""
    return error.sqlstate == _REFUSED


def lease(answer: Answer) -> Lease | None:
    """Return the lease that was taken or is still held, if it is ours; in a pipeline only this waits."""
    row = answer.fetchone()
    return Lease(*row) if row else None


def put_off(tx: Tx, lease: Lease, seconds: float, failures: int = 1) -> None:
    """Let go, as a rule after a failure; nobody takes it before the pause is over."""
    tx.execute(QUERY.put_off, lease.key(seconds=seconds, failures=failures))


def abandoned(tx: Tx, lane: str, count: int) -> list[tuple[str, str]]:
    """Return apps whose lane, or a part of it, nobody works on although something is wanted; and which it is."""
    return [(row[0], row[1]) for row in tx.execute(QUERY.abandoned, {"lane": lane, "count": count}).fetchall()]
