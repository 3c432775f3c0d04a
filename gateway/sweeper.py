"""One timer for everything that comes round: heartbeats, expiry, stalled readers, the audit, housekeeping."""

import asyncio
import gc
import time
from collections.abc import Sequence
from typing import Protocol

import psycopg
import structlog

from actors.runtime.telemetry import Metrics
from gateway.history import PostgresHistory
from gateway.roster import BUCKETS, Roster

log = structlog.get_logger()

HEARTBEAT = 15.0
_TICK = HEARTBEAT / BUCKETS
_AUDIT_EVERY = 50
_STUCK_AFTER = 20.0
_STALL = 0.5
_STALL_REMEMBERED = 5.0


class Audited(Protocol):
    """Whatever compares what it has with the database."""

    async def audit(self) -> None:
        """Compare, and make good."""


class Sweeper:
    """Walks through all streams, a few at each tick."""

    def __init__(self, roster: Roster, audited: Sequence[Audited], history: PostgresHistory, metrics: Metrics) -> None:
        self._roster, self._audited, self._history, self._metrics = roster, audited, history, metrics
        self._task: asyncio.Task[None] | None = None
        self._auditing: asyncio.Task[None] | None = None
        self._audit_due = False
        self._last_stall = float("-inf")

    @property
    def stalled(self) -> bool:
        """Tell whether the event loop has lately been kept from working."""
        return time.monotonic() - self._last_stall < _STALL_REMEMBERED

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Stop."""
        tasks = [task for task in (self._task, self._auditing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def audit_soon(self) -> None:
        """Compare heads now: pushes may have been missed."""
        self._audit_due = True
        if self._auditing is None or self._auditing.done():
            self._auditing = asyncio.create_task(self._audit())

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        number, due = 0, loop.time()
        while True:
            due = max(due + _TICK, loop.time())
            await asyncio.sleep(due - loop.time())
            lag = loop.time() - due
            self._metrics.loop_lag_seconds.observe(lag)
            if lag > _STALL:
                self._last_stall = time.monotonic()
                log.warning("loop_stalled", seconds=round(lag, 3))
            self._tick(number, loop.time())
            number += 1

    def _tick(self, number: int, now: float) -> None:
        written = 0
        for reader in self._roster.turn(number):
            reader.beat()
            written, reader.written = written + reader.written, 0
        self._metrics.sse_events.labels("out").inc(written)
        clock = time.time()
        for reader in self._roster.tenth(number):
            if reader.expires <= clock:
                reader.end("expired")
            elif reader.stuck_since and now - reader.stuck_since > _STUCK_AFTER:
                reader.end("slow")
        if number % _AUDIT_EVERY == 0:
            self.audit_soon()
            self._metrics.sse_connections.set(len(self._roster))
            gc.freeze()  # what lives this long is not looked at again

    async def _audit(self) -> None:
        while self._audit_due:
            self._audit_due = False
            try:
                await self._history.check_epoch()
                for one in self._audited:
                    await one.audit()
            except psycopg.Error as error:  # the next round tries again
                log.warning("audit_failed", error=str(error))
