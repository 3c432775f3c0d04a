"""`python -m actors.relay`: publishes what others left in the outbox, and forgets what is old.

Any number of relays may run: each locks what it takes and passes over what another has locked.
"""

import asyncio
import signal
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import structlog
import uvloop
from prometheus_client import start_http_server
from psycopg_pool import PoolTimeout

from actors.fleet import consumed
from actors.runtime.outbox import send
from actors.runtime.telemetry import Metrics, configure_logging, new_metrics
from actors.runtime.wire import Away, Wire
from contracts.settings import Settings
from sql import builds, inbox, outbox, previews, progress, releases, sizes, tools, violations
from sql.database import AsyncPool, new_async_pool, role_url

log = structlog.get_logger()

_BATCH = 500
_CONFIRM_SECONDS = 10
_IDLE_SECONDS = 0.05
_AWAY_SECONDS = 0.5
_MEASURE_SECONDS = 2
_COUNT_SECONDS = 30
_ACTIVE = timedelta(minutes=5)
#: A release that is younger may be on its way somewhere.
_SETTLED = timedelta(days=1)
_FORGET_SECONDS = 60


async def relay_once(wire: Wire, pool: AsyncPool, kinds: frozenset[str]) -> int:
    """Publish a batch of what is overdue; return how many events it was."""
    async with pool.connection() as tx, tx.transaction():
        rows = await outbox.claim(tx, _BATCH)
        if not rows:
            return 0
        promises = [send(wire, row, kinds) for row in rows]
        async with asyncio.timeout(_CONFIRM_SECONDS):
            routed = await asyncio.gather(*promises)
        done = [row for row, safe in zip(rows, routed, strict=True) if safe]
        refused = [row for row, safe in zip(rows, routed, strict=True) if not safe]
        if done:
            await outbox.published(tx, done)
        if refused:
            await outbox.refused(tx, refused)
            log.warning("events_refused_by_broker", kinds=sorted({row.kind for row in refused}))
    log.info("relayed", events=len(done))
    return len(rows)


async def keep_relaying(wire: Wire, pool: AsyncPool, kinds: frozenset[str]) -> None:
    """Relay for ever; what is away is waited for."""
    while True:
        try:
            taken = await relay_once(wire, pool, kinds)
            await asyncio.sleep(0 if taken == _BATCH else _IDLE_SECONDS)
        except (Away, psycopg.Error, PoolTimeout, TimeoutError) as error:
            log.warning("relay_waiting", error=repr(error))
            await asyncio.sleep(_AWAY_SECONDS)


async def keep_measuring(pool: AsyncPool, metrics: Metrics) -> None:
    """Say how much waits in the outbox, and since when; a clock that went back would let it wait."""
    while True:
        try:
            async with pool.connection() as tx:
                if late := await outbox.set_right(tx):
                    log.warning("clock_went_back", events=late)
                pending, oldest = await outbox.backlog(tx)
            metrics.outbox_pending.set(pending)
            metrics.outbox_oldest_seconds.set(oldest)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("backlog_unknown", error=repr(error))
        await asyncio.sleep(_MEASURE_SECONDS)


async def keep_counting(pool: AsyncPool, metrics: Metrics) -> None:
    """Say of how many apps there is something new, and what the database holds."""
    while True:
        try:
            async with pool.connection() as tx:
                metrics.apps_active.set(await progress.active(tx, _ACTIVE))
                metrics.rls_policies.set(await sizes.policies(tx))
                for kind, size in (await sizes.stored(tx)).items():
                    metrics.storage_bytes.labels(kind).set(size)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("apps_not_counted", error=repr(error))
        await asyncio.sleep(_COUNT_SECONDS)


async def keep_forgetting(pool: AsyncPool, settings: Settings) -> None:
    """Delete old history and old inbox entries, batch by batch."""
    stories, entries = timedelta(days=settings.progress_days), timedelta(days=settings.inbox_days)
    while True:
        try:
            async with pool.connection() as tx:
                gone = await progress.forget(tx, stories) + await inbox.forget(tx, entries)
                gone += await previews.forget(tx, stories) + await tools.forget(tx, entries)
                gone += await violations.forget(tx, entries)
                gone += await releases.forget(tx, _SETTLED) + await builds.forget(tx, entries)
            if gone:
                log.info("forgotten", rows=gone)
                continue
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("forgetting_waits", error=repr(error))
        await asyncio.sleep(_FORGET_SECONDS)


async def run(settings: Settings) -> None:
    """Relay until told to stop."""
    if settings.amqp_url is None or settings.database_url is None:
        raise SystemExit("set FLEET_AMQP_URL and FLEET_DATABASE_URL, or run `fleet up`")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics = new_metrics()
    metrics.process_starts.labels("relay").inc()
    if settings.metrics_http:
        address = urlsplit(f"//{settings.metrics_http}")
        start_http_server(address.port or 0, address.hostname or "127.0.0.1", registry=metrics.registry)
    wire = Wire(settings.amqp_url.get_secret_value(), name="fleet relay")
    url = role_url(settings.database_url.get_secret_value(), "fleet_relay")
    pool = new_async_pool(url, size=3, name="fleet relay")
    await pool.open(wait=False)
    await wire.start()
    work = [
        keep_relaying(wire, pool, consumed()),
        keep_measuring(pool, metrics),
        keep_counting(pool, metrics),
        keep_forgetting(pool, settings),
    ]
    tasks = [asyncio.create_task(part) for part in work]
    log.info("ready")
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await wire.close()
    await pool.close()
    log.info("stopped")


def main() -> int:
    """Start the loop."""
    settings = Settings()
    configure_logging(settings, "relay")
    uvloop.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
