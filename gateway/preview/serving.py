"""Serves the origin beside the gateway: to the edge on this machine, and to the one that shows a key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from contracts.settings import Settings
from edge.packages.disk import DiskPackages
from edge.preview.files import Unpacked
from gateway.pages import Pages
from gateway.parts import Parts
from gateway.preview import parts as previews
from gateway.preview import socket
from gateway.preview.origin import Origin
from gateway.server import Server

log = structlog.get_logger()

_NAMED = {"home", "edge_http"}


def is_near(settings: Settings) -> bool:
    """Tell whether there is an edge here: a gateway somewhere else leaves other fleets' sockets alone."""
    return bool(_NAMED & settings.model_fields_set)


def origin(settings: Settings, parts: Parts) -> Origin | None:
    """Return the origin if anybody could ask it; where the page's runtime is not installed there is none."""
    if not is_near(settings) and settings.origin_key is None:
        return None
    pages = Pages(parts.roster, settings)
    try:
        return previews.origin(
            parts.previews,
            parts.history,
            parts.teller,
            packages=DiskPackages.from_settings(settings),
            roster=parts.roster,
            pages=pages,
            metrics=parts.metrics,
            api=parts.runtime.alone(),
        )
    except (OSError, Unpacked) as error:
        log.warning("previews_not_served", error=str(error))
        return None


@asynccontextmanager
async def served(settings: Settings, origin: Origin) -> AsyncIterator[None]:
    """Serve it on the socket until the block ends."""
    try:
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
