"""An effect outside the database: claimed before reaching out, journalled step by step.

It cannot happen exactly once; it happens at most once at a time, goes on where a crash left it, and always under
the same key, which providers take to recognise a repeated request.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid5

from actors.runtime.duty import keep
from contracts.errors import Snooze
from contracts.event import Envelope
from sql import effects
from sql.database import Pool, transaction

T = TypeVar("T")

_KEYS = UUID("1f0a2f4e-9f0b-5c8e-8b1d-6a5d3c2b7e90")


class Repeated(Exception):
    """The event was settled before; this delivery changes nothing."""


@dataclass
class Effect:
    """What a handler may do to the world for its event."""

    pool: Pool
    claim: effects.Claim

    @classmethod
    def begin(cls, pool: Pool, envelope: Envelope, actor: str, seconds: float) -> "Effect":
        """Claim the event, or come back when whoever has it must be done."""
        asked = effects.Claim(envelope.app_id, actor, envelope.source, envelope.event_id, seconds)
        with transaction(pool, envelope.app_id) as tx:
            if effects.settled(tx, asked):
                raise Repeated
            claim = effects.take(tx, asked)
        if claim is None:
            raise Snooze(seconds)
        return cls(pool, claim)

    @property
    def key(self) -> str:
        """Return the idempotency key to hand to a provider."""
        claim = self.claim
        return str(uuid5(_KEYS, f"{claim.app_id}\n{claim.actor}\n{claim.source}\n{claim.event_id}"))

    def once(self, step: str, do: Callable[[], T]) -> T:
        """Do a step and note its result, which is JSON; or return what was noted before a crash."""
        if step in self.claim.journal:
            return self.claim.journal[step]  # type: ignore[no-any-return]
        value = do()
        with transaction(self.pool, self.claim.app_id) as tx:
            if not effects.note(tx, self.claim, step, value):
                raise effects.ClaimLost
        self.claim.journal[step] = value
        return value

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the claim for as long as this takes, so that a crash alone gives it away, and soon."""
        done = threading.Event()

        def renew() -> None:
            with transaction(self.pool, self.claim.app_id) as tx:
                effects.renew(tx, self.claim)

        arguments = (self.claim.seconds / 3, [renew], done)
        keeper = threading.Thread(target=keep, args=arguments, name="claim", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    @contextmanager
    def attempt(self) -> Iterator["Effect"]:
        """Let the next attempt begin at once when this one fails."""
        try:
            yield self
        except BaseException:
            with transaction(self.pool, self.claim.app_id) as tx:
                effects.let_go(tx, self.claim)
            raise
