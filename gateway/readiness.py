"""Whether this gateway can do its work now, and what is missing if it cannot."""

import asyncio
import time
from dataclasses import dataclass

import psycopg

from actors.runtime.wire import Wire
from contracts.settings import Settings
from edge.local import health
from gateway.history import PostgresHistory
from gateway.roster import Roster
from gateway.sweeper import Sweeper

_REMEMBERED = 1.0
_PATIENCE = 2.0
OK = "ok"
NOT_CONFIGURED = "not configured"
FULL, CROWDED, DRAINING = "full", "full for strangers", "draining"
#: What is no reason to send requests elsewhere: a full gateway does all else, and asks streams to come back.
_FINE = {OK, NOT_CONFIGURED, FULL, CROWDED}


@dataclass(frozen=True)
class Report:
    """What each part says of itself."""

    parts: dict[str, str]

    @property
    def ready(self) -> bool:
        """Tell whether nothing is missing; an edge that is away is named, and keeps nobody from the rest."""
        return all(said in _FINE for part, said in self.parts.items() if part != "edge")


class Readiness:
    """Looks at every part, at most once a second."""

    def __init__(
        self, settings: Settings, history: PostgresHistory, wire: Wire, sweeper: Sweeper, roster: Roster
    ) -> None:
        self._settings = settings
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
                "edge": await self._edge(),
                "loop": "stalled" if self._sweeper.stalled else OK,
                "streams": self._streams(),
            }
        )

    def _streams(self) -> str:
        if self._roster.draining:
            return DRAINING
        return FULL if self._roster.full else CROWDED if self._roster.crowded else OK

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._history.heads(["nobody", "either"])
        except (TimeoutError, psycopg.Error):
            return "away"
        return OK

    async def _edge(self) -> str:
        if "edge_http" not in self._settings.model_fields_set:  # nobody named one that is near
            return NOT_CONFIGURED
        return OK if await health.answers(self._settings.edge_http, self._settings.zones[0]) else "away"
