"""Puts the parts of one gateway together, starts them, and ends them in order."""

from functools import partial
from typing import Any

from actors.runtime.telemetry import Metrics
from actors.runtime.wire import Subscription, Wire
from contracts.settings import Settings
from contracts.topology import PROGRESS
from gateway.ask import Asker
from gateway.auth import Authority
from gateway.cors import Cors
from gateway.guard import Guard
from gateway.history import PostgresHistory
from gateway.holding import Holder
from gateway.hub import Hub
from gateway.intake import Intake
from gateway.keys import Keys
from gateway.parts import Parts
from gateway.preview.parts import Previews
from gateway.preview.passes import signing_key
from gateway.preview.told import Teller
from gateway.pushes import Pushes
from gateway.readiness import Readiness
from gateway.roster import Roster
from gateway.runtime.runtime import Connections, Runtime
from gateway.state import described
from gateway.streams import Streams
from gateway.sweeper import Sweeper
from sql.database import new_async_pool

#: Connections for the rows of apps; each is used for one statement or two at a time.
_TENANTS = 6


def build(
    settings: Settings,
    metrics: Metrics,
    *,
    amqp_url: str,
    database_url: str,
    metrics_folder: str | None = None,
    tenant_url: str | None = None,
) -> Parts:
    """Make every part; nothing is connected yet."""
    history = PostgresHistory(database_url, name="fleet gateway")
    hub = Hub(history)
    roster = Roster(settings.max_streams)
    previews = Previews.on(history, signing_key(settings), metrics)
    hubs = (hub, previews.hub)
    sweeper = Sweeper(roster, (*hubs, previews.guests), history, metrics)
    history.on_connect = sweeper.audit_soon
    history.on_change = partial(_rebase, hubs)
    pushes = Pushes(hub, history, metrics)
    subscription = Subscription(PROGRESS, "#", pushes.take, on_open=sweeper.audit_soon)
    wire = Wire(amqp_url, name="fleet gateway", subscriptions=(previews.subscription(metrics), subscription))
    guard = Guard(Authority(Keys(settings)), settings.cors_origins)
    teller = Teller(wire, history.pool)
    tenants = new_async_pool(tenant_url or database_url, size=_TENANTS, name="fleet tenants")
    intake = Intake(wire, history.pool)

    async def describe(app_id: str, *, opens: bool) -> dict[str, Any]:
        return await described(settings, history, previews.passes, app_id, opens=opens)

    return Parts(
        settings=settings,
        metrics=metrics,
        metrics_folder=metrics_folder,
        history=history,
        wire=wire,
        hub=hub,
        previews=previews,
        teller=teller,
        guard=guard,
        intake=intake,
        asker=Asker(hub, intake),
        roster=roster,
        sweeper=sweeper,
        streams=Streams(Holder(hub, history, roster, metrics), history, guard, describe),
        runtime=Runtime.on(settings, Connections(history.pool, tenants), guard, teller, metrics),
        readiness=Readiness(settings, history, wire, sweeper, roster),
        cors=Cors(settings.cors_origins),
    )


async def start(parts: Parts) -> None:
    """Begin to connect; nothing here waits for anybody."""
    await parts.history.open()
    await parts.runtime.tenants.open(wait=False)
    await parts.wire.start()
    parts.sweeper.start()


async def stop(parts: Parts) -> None:
    """End whatever is under way, and hang up."""
    await parts.sweeper.close()
    await parts.intake.close()
    await parts.hub.close()
    await parts.previews.close()
    await parts.teller.close()
    await parts.wire.close()
    await parts.runtime.tenants.close()
    await parts.history.close()


def _rebase(hubs: tuple[Hub, ...]) -> None:
    for hub in hubs:
        hub.rebase()
