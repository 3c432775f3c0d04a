"""Claims on events whose effect lies outside this database, with a journal of the steps already taken."""

from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to reach out for one event, until the lease runs out."""

    app_id: str
    actor: str
    source: str
    event_id: str
    seconds: float
    fence: int = 0
    journal: dict[str, Any] = field(default_factory=dict)

    def key(self, **more: Any) -> dict[str, Any]:
        """Return what names this claim in a query."""
        named = {"app_id": self.app_id, "actor": self.actor, "source": self.source, "event_id": self.event_id}
        return {**named, "fence": self.fence, "seconds": self.seconds, **more}


def settled(tx: Tx, claim: Claim) -> bool:
    """Tell whether the event has been settled already."""
    return tx.execute(QUERY.settled, claim.key()).fetchone() is not None


def take(tx: Tx, claim: Claim) -> Claim | None:
    """Take the event, with what its journal holds; nothing while somebody else has it."""
    row = tx.execute(QUERY.claim, claim.key()).fetchone()
    return Claim(claim.app_id, claim.actor, claim.source, claim.event_id, claim.seconds, *row) if row else None


def note(tx: Tx, claim: Claim, step: str, value: Any) -> bool:
    """Write down a step and hold on longer; return whether the claim is still ours."""
    return tx.execute(QUERY.journal, claim.key(entry=Jsonb({step: value}))).fetchone() is not None


def renew(tx: Tx, claim: Claim) -> None:
    """Hold on longer."""
    tx.execute(QUERY.renew, claim.key())


def let_go(tx: Tx, claim: Claim) -> None:
    """Let the next attempt begin at once, from the journal."""
    tx.execute(QUERY.let_go, claim.key())


def release(tx: Tx, claim: Claim) -> None:
    """Forget a claim whose event is being settled."""
    if tx.execute(QUERY.release, claim.key()).fetchone() is None:
        raise ClaimLost


class ClaimLost(Exception):
    """The lease ran out and somebody else reaches out for the event now."""
