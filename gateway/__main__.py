"""`python -m gateway`: what faces people and programs. Run as many as you like, behind one balancer."""

import asyncio
import logging
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack
from functools import partial

import structlog
import uvloop

from actors.runtime import telemetry
from contracts.settings import Settings
from gateway import app, collector, house, server
from gateway.front import Application
from gateway.preview import serving as previews
from gateway.preview.door import Door
from sql.database import role_url

log = structlog.get_logger()


def main() -> int:
    """Run until told to end, and return the exit status."""
    settings = Settings()
    telemetry.configure_logging(settings, "gateway")
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    if settings.amqp_url is None or settings.database_url is None:
        log.error("not_configured", needed="FLEET_AMQP_URL and FLEET_DATABASE_URL")
        return 2
    server.raise_file_limit()
    try:
        listening = server.listen(settings.http)
    except OSError as error:
        log.error("port_not_available", http=settings.http, error=str(error))  # noqa: TRY400 - the error says it all
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            _run(
                settings,
                listening,
                amqp_url=settings.amqp_url.get_secret_value(),
                database_url=role_url(settings.database_url.get_secret_value(), "fleet_gateway"),
                tenant_url=role_url(settings.database_url.get_secret_value(), "fleet_tenant"),
            )
        )
    return 0


async def _run(
    settings: Settings, listening: socket.socket, *, amqp_url: str, database_url: str, tenant_url: str
) -> None:
    metrics = telemetry.new_metrics()
    metrics.process_starts.labels("gateway").inc()
    parts = house.build(
        settings,
        metrics,
        amqp_url=amqp_url,
        database_url=database_url,
        tenant_url=tenant_url,
        metrics_folder=os.environ.get("PROMETHEUS_MULTIPROC_DIR"),
    )
    host, port = listening.getsockname()[:2]
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    await house.start(parts)
    collector.tame(metrics)
    async with AsyncExitStack() as stack:
        web: Application = app.build(parts)
        origin = previews.origin(settings, parts)
        if origin is not None and previews.is_near(settings):
            await stack.enter_async_context(previews.served(settings, origin))
        if origin is not None and settings.origin_key is not None:
            web = Door(web, origin, settings.origin_key)
        ready = partial(log.info, "ready", url=f"http://{host}:{port}", pid=os.getpid())
        serving = server.Server(web, ready)
        served = asyncio.create_task(serving.serve([listening]))
        told = asyncio.create_task(ending.wait())
        await asyncio.wait({served, told}, return_when=asyncio.FIRST_COMPLETED)
        log.info("ending", streams=len(parts.roster))
        serving.should_exit = True
        await parts.roster.drain()
        told.cancel()
        await served
    await house.stop(parts)
    log.info("ended")


if __name__ == "__main__":
    sys.exit(main())
