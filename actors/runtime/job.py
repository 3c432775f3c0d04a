"""One event in one actor's hands: say how far it is, settle it once, emit what follows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from actors.runtime.effect import Effect, Repeated
from contracts.catalog import ASKED
from contracts.event import Envelope, Event
from contracts.progress import Progress
from sql import effects, inbox, outbox
from sql import progress as story
from sql.database import Pool, Tx, is_away, transaction


class Unsettled(Exception):
    """A handler returned without settling: a bug, and trying again would not mend it."""


class Announcer(Protocol):
    """Whoever publishes what a job has committed."""

    def hand_over(self, app_id: str, rows: list[outbox.Row], steps: list[story.Numbered]) -> None:
        """Take it; nobody waits for what becomes of it."""

    def push(self, exchange: str, key: str, body: str, headers: dict[str, Any]) -> None:
        """Send what the receiver could read for itself."""


@dataclass(frozen=True)
class Said:
    """A fact, and the event that it follows from."""

    fact: Event
    cause: Envelope


@dataclass(frozen=True)
class Written:
    """What a transaction says to others, once it has been committed."""

    rows: list[outbox.Row]
    steps: story.Appended | None = None


@dataclass
class Job:
    """What a handler does with its event besides thinking."""

    envelope: Envelope
    actor: str
    emits: tuple[type[Event], ...]
    attempt: int
    pool: Pool
    outlet: Announcer
    settled: bool = False
    emitted: list[Event] = field(default_factory=list)
    claim: effects.Claim | None = None
    _pending: list[Said] | None = None
    _pushes: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def app_id(self) -> str:
        """Return whose event it is."""
        return self.envelope.app_id

    @contextmanager
    def settle(self) -> Iterator[Tx]:
        """Commit the handler's rows, the inbox entry, the outbox and the story as one, or none of it."""
        if self.settled:
            raise RuntimeError("a job settles once")
        self._pending = []
        with transaction(self.pool, self.app_id) as tx:
            admit = self.enter(tx)
            try:
                yield tx
            except Exception as error:
                if not is_away(error):
                    admit()  # who comes second may find what cannot be handled any more
                raise
            admit()
            written = self.write(tx, self._pending)
        self.settled, self.emitted, self._pending = True, [said.fact for said in self._pending], None
        for exchange, body, headers in self._pushes:
            self.outlet.push(exchange, self.app_id, body, headers)
        self.hand_over(written)

    def enter(self, tx: Tx) -> Callable[[], None]:
        """Sign in, so that no other delivery settles the same; return what raises if another has.

        The answer travels with whatever the handler asks first, and is looked at before anything is committed.
        """
        signed = inbox.sign(tx, self.app_id, self.actor, self.envelope.source, self.envelope.event_id)

        def admit() -> None:
            if signed.fetchone() is None:
                raise Repeated
            if self.claim is not None:
                effects.release(tx, self.claim)

        return admit

    def claimed(self, seconds: float = 60) -> Effect:
        """Take this event for an effect outside the database, so that two deliveries do not both reach out."""
        effect = Effect.begin(self.pool, self.envelope, self.actor, seconds)
        self.claim = effect.claim
        return effect

    def let_be(self) -> None:
        """Settle an event that concerns nobody here: a repeat would find the same, and needs no inbox."""
        self.settled = True

    def must_be_settled(self) -> None:
        """Object where nobody would ever know how it ended."""
        if not self.settled:
            raise Unsettled(f"{self.actor} returned without settling")

    def emit(self, fact: Event, cause: Envelope | None = None) -> None:
        """Say what follows, of this event or of an earlier one; it becomes true with the commit."""
        if not isinstance(fact, self.emits):
            raise TypeError(f"{self.actor} does not say that it emits {fact.kind}")
        if self._pending is None:
            raise RuntimeError("emit inside settle, so that the fact and the rows become true together")
        self._pending.append(Said(fact, cause or self.envelope))

    def push(self, exchange: str, body: str, headers: dict[str, Any]) -> None:
        """Hurry a fact to those who look at the app, once it is committed and before anything else."""
        self._pushes.append((exchange, body, headers))

    def progress(
        self, *steps: Progress, cause: Envelope | None = None, only_if: Callable[[Tx], bool] | None = None
    ) -> bool:
        """Tell the story's watchers how far it is: with the commit inside settle, at once outside of it.

        Steps due together share one commit, and bear the attempt, so that a retry supersedes what came before;
        those of an earlier event bear its own.
        That commit waits for the disk like any other: a step that watchers saw and a crash took back would let its
        number be given twice. Returns whether they were told: outside of settle, only if that holds in the commit.
        """
        told = [Said(step, cause or self.envelope) for step in steps]
        if self._pending is not None:
            self._pending.extend(told)
            return True
        with transaction(self.pool, self.app_id) as tx:
            if only_if is not None and not only_if(tx):
                return False
            written = self.write(tx, told)
        self.hand_over(written)
        return True

    def hand_over(self, written: "Written") -> None:
        """Have published what has been committed; only now must the numbers of its steps be known."""
        self.outlet.hand_over(self.app_id, written.rows, written.steps.numbered() if written.steps else [])

    def write(self, tx: Tx, facts: Sequence[Said]) -> "Written":
        """Write facts into the outbox and, last, into the story.

        Steps need no outbox: the story keeps them. What the outside might ask for as well is no news to the story.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        envelopes = [replace(said.cause.follow_up(self.actor, self._stamped(said)), time=now) for said in facts]
        rows = [outbox.row(envelope) for envelope in envelopes]
        if owed := [row for row in rows if row.kind != Progress.kind]:
            outbox.append(tx, self.app_id, owed)
        news = [envelope for said, envelope in zip(facts, envelopes, strict=True) if type(said.fact) not in ASKED]
        return Written(rows, self._tell(tx, news))

    def _tell(self, tx: Tx, news: Sequence[Envelope]) -> story.Appended | None:
        return story.append(tx, self.app_id, [self._step(envelope) for envelope in news]) if news else None

    def _stamped(self, said: Said) -> Event:
        if isinstance(said.fact, Progress) and said.cause is self.envelope:
            return said.fact.model_copy(update={"attempt": self.attempt})
        return said.fact

    def _step(self, envelope: Envelope) -> story.Step:
        cause = envelope.causation_id
        about = {
            "app_id": envelope.app_id,
            "event_id": envelope.event_id,
            "story_id": envelope.story_id,
            "cause_id": cause if cause != envelope.story_id else None,  # what most follow from goes without saying
            "attempt": self.attempt,
            "at": envelope.time,
            "message_id": envelope.message_id,
        }
        return story.step(envelope.kind, {k: v for k, v in about.items() if v is not None}, envelope.data)
