"""Serves the origin beside the gateway, for the edge on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from contracts.settings import Settings
from gateway.parts import Parts
from gateway.preview import parts as previews
from gateway.preview import socket
from gateway.server import Server

log = structlog.get_logger()

_NAMED = {"home", "edge_http"}


def is_near(settings: Settings) -> bool:
    """Tell whether there is an edge here: a gateway somewhere else leaves other fleets' sockets alone."""
    return bool(_NAMED & settings.model_fields_set)


@asynccontextmanager
async def served(settings: Settings, parts: Parts) -> AsyncIterator[None]:
    """Serve until the block ends; where the page's runtime is not installed there is nothing to serve."""
    try:
        origin = previews.origin(
            parts.previews, parts.history, parts.teller, roster=parts.roster, metrics=parts.metrics
        )
        listening = socket.listen(settings.home.resolve() / "run")
    except OSError as error:
        log.warning("previews_not_served", error=str(error))
        yield
        return
    up = asyncio.Event()
    server = Server(origin, up.set)
    task, rising = asyncio.create_task(server.serve([listening])), asyncio.create_task(up.wait())
    await asyncio.wait({task, rising}, return_when=asyncio.FIRST_COMPLETED)
    rising.cancel()
    try:
        yield
    finally:
        server.should_exit = True
        await task
