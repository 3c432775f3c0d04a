"""What the gateway is made of, handed down to its routes."""

from dataclasses import dataclass

from actors.runtime.telemetry import Metrics
from actors.runtime.wire import Wire
from contracts.settings import Settings
from gateway.ask import Asker
from gateway.cors import Cors
from gateway.guard import Guard
from gateway.history import PostgresHistory
from gateway.hub import Hub
from gateway.intake import Intake
from gateway.preview.parts import Previews
from gateway.preview.told import Teller
from gateway.readiness import Readiness
from gateway.roster import Roster
from gateway.runtime.runtime import Runtime
from gateway.streams import Streams
from gateway.sweeper import Sweeper
from sql.database import AsyncPool


@dataclass(frozen=True)
class Parts:
    """One of each; `house.build` puts them together."""

    settings: Settings
    metrics: Metrics
    metrics_folder: str | None
    history: PostgresHistory
    wire: Wire
    hub: Hub
    previews: Previews
    teller: Teller
    guard: Guard
    intake: Intake
    asker: Asker
    roster: Roster
    sweeper: Sweeper
    streams: Streams
    runtime: Runtime
    readiness: Readiness
    cors: Cors

    @property
    def pool(self) -> AsyncPool:
        """Return the connections to Postgres."""
        return self.history.pool
