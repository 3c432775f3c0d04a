"""What is done when somebody asks for what is not theirs: it is refused, counted, logged, and in the end not heard.

A caller is a token that was signed for somebody, by its hash; what nobody signed is counted by where it came from, and
suspends nobody: whoever forges a token forges another.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

import psycopg
import structlog

from actors.runtime.telemetry import Metrics
from contracts.access import AccessSuspended
from contracts.event import Envelope
from gateway.preview.told import Teller, Told
from gateway.problem import Problem
from gateway.runtime.allowance import Allowances, Rate
from gateway.runtime.end_tokens import digest
from gateway.runtime.place import Place
from sql import violations
from sql.database import AsyncPool, AsyncTx, enter

log = structlog.get_logger()

Reason = Literal["TENANT_MISMATCH", "HMAC_MISMATCH", "VALIDATION_ERROR", "RLS_FUNCTION_ERROR"]

MOST, SUSPENDED_SECONDS = 10, 900
#: What is written down of one caller; the metric counts the rest.
_WRITTEN = Rate(a_second=0.5, at_once=MOST + 5)
_SOURCE = "overskill/gateway"
_STATUS = {"VALIDATION_ERROR": 401}


@dataclass(frozen=True, slots=True)
class Offence:
    """What somebody tried."""

    reason: Reason
    detail: str
    #: The token, where it was signed for somebody.
    token: str | None = None
    subject: str | None = None


class Violations:
    """Refuses, and remembers."""

    def __init__(self, pool: AsyncPool, teller: Teller, metrics: Metrics) -> None:
        self._pool, self._teller, self._metrics = pool, teller, metrics
        self._written = Allowances()

    async def refuse(self, place: Place, offence: Offence) -> Problem:
        """Write an offence down, and return what its author is told."""
        self._metrics.tenant_violations.labels(offence.reason).inc()
        log.warning("access_refused", app_id=place.app_id, reason=offence.reason, detail=offence.detail)
        caller = digest(offence.token or f"network {place.network}")
        if not self._written.wait((place.app_id, offence.reason, caller), _WRITTEN):
            try:
                await self._write(place, offence, caller)
            except psycopg.Error as error:  # refused it is all the same
                log.warning("violation_not_written", error=str(error))
        status = _STATUS.get(offence.reason, 403)
        headers = {"WWW-Authenticate": 'Bearer realm="app", error="invalid_token"'} if status == 401 else None  # noqa: PLR2004
        return Problem(status, offence.detail, reason=offence.reason, headers=headers)

    async def _write(self, place: Place, offence: Offence, caller: bytes) -> None:
        told: Told | None = None
        async with self._pool.connection() as tx, tx.transaction():
            await enter(tx, place.app_id)
            count = await violations.record(
                tx,
                place.app_id,
                reason=offence.reason,
                caller=caller,
                subject=offence.subject,
                detail=offence.detail,
            )
            if offence.token and count >= MOST:
                told = await self._suspend(tx, place, offence, caller, count)
        if told is not None:
            self._teller.announce(told)

    async def _suspend(self, tx: AsyncTx, place: Place, offence: Offence, caller: bytes, count: int) -> Told | None:
        if not await violations.suspend(tx, place.app_id, caller, SUSPENDED_SECONDS):
            return None
        fact = AccessSuspended(
            reason=offence.reason, violations=count, seconds=SUSPENDED_SECONDS, subject=offence.subject
        )
        event_id = str(uuid4())
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        envelope = Envelope(event_id, _SOURCE, fact.kind, place.app_id, fact.data(), time=now, story_id=event_id)
        return await self._teller.write(tx, envelope)
