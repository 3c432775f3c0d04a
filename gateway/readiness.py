"""Whether this gateway can do its work now, and what is missing if it cannot."""

import asyncio
import time
from dataclasses import dataclass

import psycopg

from actors.runtime.wire import Wire
from gateway.history import PostgresHistory
from gateway.roster import Roster
from gateway.sweeper import Sweeper

_REMEMBERED = 1.0
_PATIENCE = 2.0
OK = "ok"
NOT_CONFIGURED = "not configured"


@dataclass(frozen=True)
class Report:
    """What each part says of itself."""

    parts: dict[str, str]

    @property
    def ready(self) -> bool:
        """Tell whether nothing is missing."""
        return all(said in {OK, NOT_CONFIGURED} for said in self.parts.values())


class Readiness:
    """Looks at every part, at most once a second."""

    def __init__(self, history: PostgresHistory, wire: Wire, sweeper: Sweeper, roster: Roster) -> None:
        self._history, self._wire, self._sweeper, self._roster = history, wire, sweeper, roster
        self._report = Report({})
        self._looked = float("-inf")
        self._looking = asyncio.Lock()

    async def report(self) -> Report:
        """Return what is the case."""
        async with self._looking:
            if time.monotonic() - self._looked > _REMEMBERED:
                self._report = await self._look()
                self._looked = time.monotonic()
        return self._report

    async def _look(self) -> Report:
        return Report(
            {
                "database": await self._database(),
                "broker": OK if self._wire.available else "away",
                "edge": NOT_CONFIGURED,
                "loop": "stalled" if self._sweeper.stalled else OK,
                "streams": "draining" if self._roster.draining else OK,
            }
        )

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._history.heads(["nobody", "either"])
        except (TimeoutError, psycopg.Error):
            return "away"
        return OK
