"""Brings the fleet up in order, keeps it running, and takes it down in the reverse order."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence

from gateway.launcher import errand, terminal
from gateway.launcher.child import Child, State
from gateway.launcher.crew import Crew
from gateway.launcher.home import Home, replace
from gateway.launcher.unit import ServiceUnit, StartFailed, Unit
from gateway.launcher.voice import Voice

#: What faces people ends first, so that it can say goodbye, and then has the edge no stream left to wait for;
#: what the others need ends last.
ENDING_ORDER = (("gateway", "prometheus", "grafana"), ("edge",), ("worker",), ("relay",), ("rabbitmq", "postgres"))

RUNNING = {State.READY, State.ENDING}


class Fleet:
    """All children of one launcher; `run` lasts as long as they do."""

    def __init__(self, home: Home, crew: Crew, voice: Voice, greet: Callable[[], None]) -> None:
        self._home = home
        self._crew = crew
        self._voice = voice
        self._greet = greet
        self._children: list[Child] = []
        self._state = "starting"
        self._ending = asyncio.Event()
        self._hurry = asyncio.Event()
        self._started_at = time.time()

    async def run(self) -> int:
        """Run until a signal says to end; return the exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.end)
        loop.add_signal_handler(signal.SIGHUP, self._lose_terminal)
        with terminal.watched(sys.stdout.fileno(), self._lose_terminal):
            return await self._live()

    async def _live(self) -> int:
        rising = asyncio.create_task(self._rise())
        ending = asyncio.create_task(self._ending.wait())
        try:
            await asyncio.wait({rising, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not rising.done():
                rising.cancel()
            elif (error := rising.exception()) is not None:
                self._voice.say("fleet", f"cannot start: {error}", "bold red")
                return 1
            await ending
            return 0
        finally:
            await asyncio.wait({rising})
            await self._fall()

    def end(self) -> None:
        """End everything in order; asked twice, at once."""
        if self._ending.is_set():
            self._hurry.set()
        self._ending.set()

    def _lose_terminal(self) -> None:
        """End in order, however many ways a closed terminal makes itself known."""
        self._ending.set()

    async def _rise(self) -> None:
        shutil.rmtree(self._home.metrics, ignore_errors=True)
        self._home.metrics.mkdir(mode=0o700)
        groups = asyncio.create_task(self._groups())
        try:
            await asyncio.gather(self._raise_database(), self._raise_broker())
            self._home.write_env(self._crew.chosen())
            workers = [self._crew.worker(group) for group in await groups]
        finally:
            groups.cancel()
        await self._begin(
            [self._crew.relay(), *workers, self._crew.gateway(), *self._crew.edge(), *self._crew.observers()]
        )
        self._enter("ready")
        self._greet()
        for program in self._crew.demo():
            _status, said = await errand.run(program)  # the fleet is up, whatever becomes of it
            self._voice.say("demo", said.splitlines()[-1] if said else "said nothing")

    async def _raise_database(self) -> None:
        if self._crew.postgres:
            await self._begin([ServiceUnit(self._crew.postgres)])
        await self._errand("sql", "migrate")

    async def _raise_broker(self) -> None:
        if self._crew.rabbit:
            await self._begin([ServiceUnit(self._crew.rabbit)])
        await self._errand("actors", "declare")

    async def _groups(self) -> list[str]:
        return (await self._errand("actors", "--groups", aloud=False)).split()

    async def _begin(self, units: Sequence[Unit]) -> None:
        """Start units side by side, and return when all are ready."""
        children = [Child(unit, self._voice, self._write_state) for unit in units]
        self._children += children
        await asyncio.gather(*(child.begin() for child in children))

    async def _errand(self, module: str, *arguments: str, aloud: bool = True) -> str:
        """Run what ends by itself, and return what it said."""
        status, said = await errand.run(self._crew.program(module, *arguments))
        if status:
            raise StartFailed(f"`python -m {module} {' '.join(arguments)}` failed: {said}")
        for line in said.splitlines() if aloud else ():
            self._voice.repeat(arguments[0], line)
        return said

    async def _fall(self) -> None:
        self._enter("ending")
        self._voice.say("fleet", "ending; Ctrl-C again hurries")
        for kinds in ENDING_ORDER:
            ending = [child.end(self._hurry) for child in self._children if child.unit.kind in kinds]
            await asyncio.gather(*ending)
        self._home.state.unlink(missing_ok=True)
        self._voice.say("fleet", "ended; the data is kept")

    def _enter(self, state: str) -> None:
        self._state = state
        self._write_state()

    def _write_state(self) -> None:
        state = {
            "home": str(self._home.path),
            "pid": os.getpid(),
            "state": self._state,
            "started_at": self._started_at,
            "processes": [self._describe(child) for child in self._children],
        }
        replace(self._home.state, json.dumps(state, indent=2) + "\n")

    def _describe(self, child: Child) -> dict[str, object]:
        unit = child.unit
        return {
            "name": unit.name,
            "kind": unit.kind,
            "pid": unit.pid if child.state in RUNNING else None,
            **self._crew.addresses(unit.kind),
            "state": child.state,
            "restarts": child.restarts,
        }
