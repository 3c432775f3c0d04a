"""One worker per app and lane, or part of it, and never a lock held while working.

An event only says that something is wanted, and settles. Whoever holds the lease works until nothing more is
wanted: bursts become one turn, the newest wins. An app that has had its share of a worker waits, and is told so. A
holder that crashed is replaced by the sweeper once its lease has run out, and finds its writes fenced off should it
still be alive.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog

from actors.runtime.actor import Note, say_why
from actors.runtime.effect import Repeated
from actors.runtime.job import Announcer, Job, Said
from actors.runtime.share import Share
from contracts.cloudevents import encode, envelope, parse_json
from contracts.errors import Flaw, Snooze
from contracts.event import Envelope, Event
from contracts.progress import Progress
from sql import lanes
from sql.database import Pool, Tx, transaction

log = structlog.get_logger()

_SWEPT = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 300.0


#: Asks, of the one who has just taken the lease, what a turn begins with; the answers may be fetched afterwards.
Look = Callable[[Tx, str], Any]


class LeaseLost(Exception):
    """Somebody else works for this app now; nothing of this turn was written."""


@contextmanager
def _leased() -> Iterator[None]:
    """Tell a lease that is lost from what else a database may object to."""
    try:
        yield
    except psycopg.Error as error:
        if lanes.is_lost(error):
            raise LeaseLost from None
        raise


@dataclass
class Turn(Job):
    """One piece of work for an app. It settles like a job, under the lease instead of the inbox."""

    lease: lanes.Lease = field(kw_only=True)
    #: What the lane's `look` has asked for, on the same journey that took the lease.
    seen: Any = None
    following: lanes.Lease | None = None
    #: For how many seconds it has only waited for others.
    waited: float = 0.0
    _finished: lanes.Answer = field(init=False)
    _said: list[Event] = field(default_factory=list)

    @property
    def part(self) -> str:
        """Return which part of the app's lane this is, where it has parts."""
        return self.lease.lane.partition("/")[2]

    @contextmanager
    def settle(self) -> Iterator[Tx]:
        """Do as a job does; without the lease nothing of it is committed."""
        with _leased(), super().settle() as tx:
            yield tx
        self.emitted = [*self._said, *self.emitted]
        lane = lanes.lease(self._finished)
        self.following = lane if lane and lane.wanted > self.lease.wanted else None

    @contextmanager
    def meanwhile(self) -> Iterator[Tx]:
        """Commit what is true before the turn ends, with what is emitted inside, under the same lease."""
        self._pending = []
        try:
            with _leased(), transaction(self.pool, self.app_id) as tx:
                lanes.hold(tx, self.lease)
                yield tx
                written = self.write(tx, self._pending)
            self._said += [said.fact for said in self._pending if not isinstance(said.fact, Progress)]
        finally:
            self._pending = None
        self.hand_over(written)

    def enter(self, tx: Tx) -> Callable[[], None]:
        """Report what was wanted as done, in the transaction that did it, which fails by itself without the lease."""
        self._finished = lanes.finish(tx, self.lease)
        return lambda: None


@dataclass
class Lane:
    """A kind of work that is done for one app at a time."""

    name: str
    emits: tuple[type[Event], ...]
    work: Callable[[Turn], None]
    pool: Pool
    outlet: Announcer
    look: Look | None = None
    apart: Callable[[Any], str] | None = None
    note: Note | None = None
    seconds: float = 10
    max_tries: int = 8
    #: Told what each turn has committed.
    decided: Callable[[Envelope, Sequence[Event]], object] = lambda *_: None
    share: Share = field(default_factory=Share)
    #: Told that an app has had its share.
    held_off: Callable[[], object] = lambda: None
    _held: dict[tuple[str, str], lanes.Lease] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def want(self, tx: Tx, cause: Envelope, name: str = "") -> None:
        """Say, in the transaction of the event that wants it, that there is work."""
        lanes.want(tx, cause.app_id, name or self.name, encode(cause))

    def answer(self, job: Job, event: Event | None = None) -> None:
        """Settle an event that wants work, and do it unless somebody is at it already: in one journey."""
        cause, name = job.envelope, self._name(event)
        about = {"source": cause.source, "event_id": cause.event_id, "cause": encode(cause)}
        with transaction(self.pool, job.app_id) as tx:
            wanted = lanes.want_once(tx, job.app_id, name, **about)
            if self.note is not None:
                self.note(tx, cause, event)
            taken, seen = self._take(tx, job.app_id, name)
        job.settled = True
        lease = lanes.lease(taken)
        settled = sum(turn.settled for turn in self._turns(lease, seen))
        if lease and not settled:
            with transaction(self.pool, job.app_id) as tx:
                # A lease that was lost may have been so with the database, before it was on disk.
                self.want(tx, cause, name)
        if wanted.fetchone() is None:
            raise Repeated

    def serve(self, app_id: str, name: str = "") -> int:
        """Work for an app until nothing more is wanted, unless somebody else does; return the number of turns."""
        with transaction(self.pool, app_id) as tx:
            taken, seen = self._take(tx, app_id, name or self.name)
        return sum(1 for _turn in self._turns(lanes.lease(taken), seen))

    def _name(self, event: Event | None) -> str:
        """Return what the lane is called that an event belongs to."""
        return self.name if self.apart is None else f"{self.name}/{self.apart(event)}"

    def _take(self, tx: Tx, app_id: str, name: str) -> tuple[lanes.Answer, Any]:
        """Take the lane if it is free, and look as if it was: to wait for the answer would take longer."""
        return lanes.take(tx, app_id, name, self.seconds), self.look and self.look(tx, app_id)

    def _turns(self, lease: lanes.Lease | None, seen: Any) -> Iterator[Turn]:
        """Take turns, and keep none: an app that is written without end has turns without end."""
        while lease is not None:
            if (pause := self.share.owed(lease.app_id)) > 0:
                self._hold_off(lease, pause)
                return
            turn = self._take_turn(lease, seen)
            yield turn
            lease, seen = turn.following, None

    def sweep(self) -> list[str]:
        """Serve apps whose worker went away, and return which."""
        with transaction(self.pool, "") as tx:
            left = lanes.abandoned(tx, self.name, _SWEPT)
        return [app_id for app_id, name in left if self.serve(app_id, name)]

    def renew(self) -> None:
        """Hold on to every lease in use; to be called a few times within a lease's seconds."""
        with self._lock:
            held = list(self._held.values())
        for lease in held:
            with transaction(self.pool, lease.app_id) as tx:
                lanes.renew(tx, lease, self.seconds)

    def _take_turn(self, lease: lanes.Lease, seen: Any) -> Turn:
        turn, began = self._turn(lease, seen), time.monotonic()
        with self._lock:
            self._held[lease.app_id, lease.lane] = lease
        try:
            if seen is None and self.look is not None:
                with transaction(self.pool, lease.app_id) as tx:
                    turn.seen = self.look(tx, lease.app_id)
            self.work(turn)
            turn.must_be_settled()
            self.share.spend(lease.app_id, max(0.0, time.monotonic() - began - turn.waited))
            self.decided(turn.envelope, turn.emitted)
        except LeaseLost:
            log.warning("lease_lost", lane=self.name, app_id=lease.app_id)
        except Snooze as later:
            with transaction(self.pool, lease.app_id) as tx:
                lanes.put_off(tx, lease, later.seconds, failures=0)
        except Exception as error:
            log.exception("turn_failed", lane=self.name, app_id=lease.app_id)
            return self._failed(turn, error)
        finally:
            with self._lock:
                self._held.pop((lease.app_id, lease.lane), None)
        return turn

    def _turn(self, lease: lanes.Lease, seen: Any = None) -> Turn:
        cause = envelope(parse_json(lease.cause.encode()))
        emits: tuple[type[Event], ...] = (*self.emits, Progress)
        return Turn(cause, self.name, emits, 1 + lease.tries, self.pool, self.outlet, lease=lease, seen=seen)

    def _hold_off(self, lease: lanes.Lease, pause: float) -> None:
        """Let others go first. Nothing is lost by that: the turn that comes is for whatever is wanted by then."""
        self.held_off()
        turn = self._turn(lease)
        words = f"This app has had its {self.share.seconds:g} s of a minute; what is newest follows in {pause:.0f} s"
        step = Progress(stage="throttled", message=words, progress=0, details={"seconds": round(pause, 1)})
        with transaction(self.pool, lease.app_id) as tx:
            lanes.put_off(tx, lease, pause, failures=0)
            written = turn.write(tx, [Said(step, turn.envelope)] if self.share.is_news(lease.app_id) else [])
        turn.hand_over(written)

    def _failed(self, turn: Turn, error: Exception) -> Turn:
        """Put it off, or tell the story's watchers that it was given up."""
        lease = turn.lease
        if lease.tries + 1 < self.max_tries:
            with transaction(self.pool, lease.app_id) as tx:
                lanes.put_off(tx, lease, min(_FIRST_PAUSE * 2**lease.tries, _LONGEST_PAUSE))
            return turn
        reason = Flaw(self.name, f"failed {lease.tries + 1} times, last with {type(error).__name__}")
        last = Turn(turn.envelope, self.name, turn.emits, turn.attempt, self.pool, self.outlet, lease=lease)
        with last.settle():
            last.emit(say_why(turn.envelope, (reason,)))
        return last
