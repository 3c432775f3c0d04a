"""`python -m edge.local`: the edge on this machine, at FLEET_EDGE_HTTP."""

import asyncio
import os
import signal
import socket
import sys

from contracts.settings import Settings
from edge.local import binary
from edge.local.journal import Journal
from edge.local.shelf import Shelf
from edge.local.supervisor import Place, Supervisor
from edge.local.workerd import NeverReady

_BACKLOG = 4_096


def main() -> int:
    """Run until told to end, and return the exit status."""
    settings, journal = Settings(), Journal(sys.stdout)
    workerd = binary.find()
    if workerd is None:
        journal.say("not_installed", "error", needed="workerd", mend="run `npm ci --ignore-scripts` in edge/")
        return 2
    directory = settings.home.resolve() / "run"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    Shelf(settings.home.resolve()).prepare()
    try:
        listening = listen(settings.edge_http)
    except OSError as error:
        journal.say("cannot_listen", "error", address=settings.edge_http, error=error.strerror)
        return 1
    with listening:
        return asyncio.run(_run(Place(workerd, listening, settings.zones, directory, settings.edge_key), journal))


def listen(address: str) -> socket.socket:
    """Open the port."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=_BACKLOG)


async def _run(place: Place, journal: Journal) -> int:
    url = f"http://{place.address}"
    keeper = Supervisor(place, journal)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, keeper.end)
    keeping, rising = asyncio.create_task(keeper.keep()), asyncio.create_task(keeper.front.ready.wait())
    await asyncio.wait({keeping, rising}, return_when=asyncio.FIRST_COMPLETED)
    if rising.done():
        journal.say("ready", url=url, pid=os.getpid())
    rising.cancel()
    try:
        await keeping
    except NeverReady as error:
        journal.say("failed", "error", error=str(error))
        return 1
    journal.say("ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
