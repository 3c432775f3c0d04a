"""Facts that the gateway itself comes to know, written into the outbox and into the app's story as an actor's are.

The gateway may write both, each row for the one app that its transaction has entered. An actor in between would keep
that from it, and would cost every acknowledgement a second event, a queue and a commit; and the first acknowledgement
of a revision and the fact that there was one would no longer be one commit.
"""

from dataclasses import dataclass

from actors.runtime.outbox import OutboxPublisher
from actors.runtime.wire import Wire
from contracts.event import Envelope
from contracts.topology import PROGRESS
from sql import outbox, progress
from sql.database import AsyncPool, AsyncTx


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that has been written, and is to be announced once that is committed."""

    row: outbox.Row
    step: progress.Numbered


class Teller:
    """Writes facts, and announces them."""

    def __init__(self, wire: Wire, pool: AsyncPool) -> None:
        self._wire = wire
        # That no queue takes them is not held against them; should an actor's be away, the relay knows better.
        self._publisher = OutboxPublisher(wire, pool, frozenset())

    async def write(self, tx: AsyncTx, envelope: Envelope) -> Told:
        """Write a fact as the last thing of a transaction."""
        row = outbox.row(envelope)
        await outbox.append(tx, envelope.app_id, [row])
        about = {
            "app_id": envelope.app_id,
            "event_id": envelope.event_id,
            "story_id": envelope.story_id or envelope.event_id,
            "attempt": 1,
            "at": envelope.time,
        }
        if envelope.causation_id is not None:
            about["cause_id"] = envelope.causation_id
        if envelope.message_id is not None:
            about["message_id"] = envelope.message_id
        return Told(row, await progress.tell(tx, envelope.app_id, progress.step(envelope.kind, about, envelope.data)))

    def announce(self, told: Told) -> None:
        """Publish what has been committed; what fails here the relay and the history make good."""
        headers: dict[str, int | str] = {"seq": told.step.seq, "kind": told.step.kind}
        if told.step.message_id is not None:
            headers["message_id"] = told.step.message_id
        self._wire.push(PROGRESS, told.row.app_id, told.step.data.encode(), headers=headers)
        self._publisher.start([told.row])

    async def close(self) -> None:
        """Finish forgetting what was confirmed."""
        await self._publisher.drain()
