"""Everything that the edge on this machine consists of: the front, the places that run scripts, their keeper, us."""

import asyncio
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from edge.local import asking, health, sockets
from edge.local.client import SOCKET
from edge.local.house import House, Server
from edge.local.journal import Journal
from edge.local.judge import ALONE, APART, Judge
from edge.local.logs import Logs
from edge.local.process import Program
from edge.local.runner import Runner
from edge.local.workerd import Workerd

_HERE = Path(__file__).parent
PLACES = ("runner-0", "runner-1", ALONE, APART)
_ORDER_SECONDS = 1.0
_LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}


@dataclass(frozen=True)
class Place:
    """Where the edge listens, and where its own sockets lie."""

    binary: Path
    listening: socket.socket
    zones: Sequence[str]
    directory: Path
    edge_key: SecretStr | None = None

    @property
    def address(self) -> str:
        """Where it can be reached, even if it listens everywhere."""
        host, port = self.listening.getsockname()[:2]
        return f"{_LOOPBACKS.get(host, host)}:{port}"

    def front(self) -> Program:
        """Return what faces the visitors: it has no use for our other secrets."""
        key = self.edge_key.get_secret_value() if self.edge_key else ""
        own = {name: sockets.listen(self.directory, f"front-{name}.sock") for name in ("counts", "desk")}
        return Program(
            name="front",
            binary=self.binary,
            config=_HERE / "edge.capnp",
            sockets={"http": self.listening, **own},
            directory=self.directory,
            environment={"FLEET_ZONES": ",".join(self.zones), "FLEET_EDGE_KEY": key},
        )

    def back(self, name: str, config: str) -> Program:
        """Return what only the front or a runner talks to."""
        own = {
            "http": sockets.listen(self.directory, f"{name}.sock"),
            "desk": sockets.listen(self.directory, f"{name}-desk.sock"),
        }
        return Program(name, self.binary, _HERE / config, own, self.directory, quiet=config == "runner.capnp")


class Supervisor:
    """Runs all of it until it is ended."""

    def __init__(self, place: Place, journal: Journal) -> None:
        self._place, self._journal = place, journal
        self._judge, self._logs = Judge(), Logs()
        self._ending = asyncio.Event()
        self.front = Workerd(place.front(), partial(health.answers, place.address, place.zones[0]), journal)

    def end(self) -> None:
        """Let it finish what is under way, for a while."""
        self.front.end()

    async def keep(self) -> None:
        """Run all of it; what stands behind the front ends after it."""
        server = Server(House(self._judge, self._logs, self._counts).app)
        listening = sockets.listen(self._place.directory, SOCKET)
        runners = [self._place.back(name, "runner.capnp") for name in PLACES]
        backs = [*runners, self._place.back("keeper", "keeper.capnp")]
        kept = [Runner(program, self._journal, self._fell, self._falls) for program in backs]
        behind = [asyncio.create_task(each.keep(self._ending)) for each in kept]
        ordering = asyncio.create_task(self._order())
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await self.front.keep()
        finally:
            self._ending.set()
            server.should_exit = True
            ordering.cancel()
            await asyncio.gather(*behind, serving)

    def _falls(self, name: str) -> int:
        return self._judge.falls.get(name, 0)

    async def _fell(self, name: str, why: str) -> None:
        """Find out who ran there, and say what follows, before anybody else comes in."""
        there: list[str] = []
        with suppress(OSError, httpx.HTTPError):
            there = await self._ask("desk", f"/?fallen={name}")
        struck = self._judge.fell(name, why, there, time.monotonic())
        self._journal.say("scripts_judged", "warning", place=name, why=why, suspects=there, struck=struck)
        for script in [struck] if struck else there:
            self._note(script, why, certain=struck is not None)
        await self._tell()

    def _note(self, script: str, why: str, *, certain: bool) -> None:
        """Let an app's owner read it where its own words are."""
        environment, _, name = script.partition("/")
        text = f"It {why}, and is left out for a while." if certain else f"It ran where one of several scripts {why}."
        line = {"at": int(time.time() * 1_000), "level": "error" if certain else "warning", "text": text, "request": ""}
        self._logs.add(name.partition("--")[0], environment, name, [line])

    async def _order(self) -> None:
        """Keep the front up to date: rests end, and it may have been restarted."""
        while True:
            await asyncio.sleep(_ORDER_SECONDS)
            if self._judge.falls:
                await self._tell()

    async def _tell(self) -> None:
        with suppress(OSError, httpx.HTTPError):
            await self._ask("desk", "/", body=self._judge.orders(time.monotonic()))

    async def _counts(self, name: str) -> Any:
        return await self._ask("counts", f"/{name}")

    async def _ask(self, what: str, path: str, body: object = None) -> Any:
        return await asking.ask(self._place.directory, f"front-{what}.sock", path, body=body)
