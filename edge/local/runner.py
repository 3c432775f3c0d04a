"""Keeps a process that runs apps' scripts: from its first visitor on, and anew whenever it has fallen."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import psutil

from edge.local import asking
from edge.local.journal import Journal
from edge.local.process import Program, Running

LOOPED = "kept its processor busy without end"
HUNG = "did not answer any more"
GREW = "used more memory than there is for an app"
ENDED = "ended the process that it ran in"

_PROBE_SECONDS = 0.25
_BUSY_SECONDS = 1.0
_SILENT_SECONDS = 10.0
_MIB = 1024 * 1024
_ROOMY, _FULL = 1_024 * _MIB, 1_536 * _MIB
_PAUSES = (0.0, 0.1, 0.5, 2.0, 5.0)
_SOUND_SECONDS = 30.0


class Runner:
    """One place in which scripts run; `on_fall` is asked what follows, before anybody comes in again."""

    def __init__(
        self,
        program: Program,
        journal: Journal,
        on_fall: Callable[[str, str], Awaitable[None]],
        falls: Callable[[str], int],
    ) -> None:
        self._program, self._journal, self._on_fall, self._falls = program, journal, on_fall, falls
        self._desk = f"{program.name}-desk.sock"

    async def keep(self, ending: asyncio.Event) -> None:
        """Run it whenever somebody comes, until told to end."""
        quick_falls = 0
        while await self._wanted(ending):
            born = time.monotonic()
            # What was meant for one that fell is not for this one, unless it is sent anew.
            told = replace(self._program, environment={"FLEET_FALLS": str(self._falls(self._program.name))})
            running = await Running.start(told, self._journal)
            why = await self._watched(running, ending)
            if ending.is_set():
                await running.end(seconds=3)
            else:
                self._journal.say("runner_fell", "error", place=self._program.name, why=why)
                await self._on_fall(self._program.name, why)
                running.kill()
            await running.gone()
            quick_falls = 0 if time.monotonic() - born > _SOUND_SECONDS else quick_falls + 1
            await asyncio.wait(
                {ended := asyncio.create_task(ending.wait())}, timeout=_PAUSES[min(quick_falls // 3, len(_PAUSES) - 1)]
            )
            ended.cancel()

    async def _wanted(self, ending: asyncio.Event) -> bool:
        """Wait for somebody who comes to the socket, and tell whether there is one."""
        loop, come = asyncio.get_running_loop(), asyncio.Event()
        listening = self._program.sockets["http"].fileno()
        loop.add_reader(listening, come.set)
        waiting = {asyncio.create_task(come.wait()), asyncio.create_task(ending.wait())}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        loop.remove_reader(listening)
        for each in waiting:
            each.cancel()
        return not ending.is_set()

    async def _watched(self, running: Running, ending: asyncio.Event) -> str:
        """Return why it can go on no longer, or an empty text where it is to end."""
        watching, ended = asyncio.create_task(self._watch(running)), asyncio.create_task(ending.wait())
        await asyncio.wait({watching, ended, running.dying}, return_when=asyncio.FIRST_COMPLETED)
        why = watching.result() if watching.done() else ""
        for each in (watching, ended):
            each.cancel()
        if running.dying.done():
            await running.gone()  # and has said its last words
            return GREW if _is_about_memory(" ".join(running.words)) else ENDED
        return why

    async def _watch(self, running: Running) -> str:
        """Look after it until something is wrong. Late is what a slow machine is, too: busy says more."""
        process = psutil.Process(running.process.pid)
        well_at, busy_then = time.monotonic(), 0.0
        while True:
            try:
                if await asking.is_well(self._program.directory, self._desk, _PROBE_SECONDS):
                    well_at, busy_then = time.monotonic(), _busy(process)
                    await asyncio.sleep(_PROBE_SECONDS)
                size = process.memory_info().rss
                busy = _busy(process) - busy_then
            except psutil.NoSuchProcess:
                return ENDED
            silent = time.monotonic() - well_at
            if size > _FULL:
                return GREW
            if size > _ROOMY and silent < _PROBE_SECONDS * 2:
                await self._make_room()
            if silent > _BUSY_SECONDS and busy > _BUSY_SECONDS * 0.8:
                return LOOPED
            if silent > _SILENT_SECONDS:
                return HUNG

    async def _make_room(self) -> None:
        """Let half of its isolates go: those that were not used for longest."""
        there = await asking.ask(self._program.directory, self._desk, "/")
        await asking.ask(self._program.directory, self._desk, f"/evict?keep={there['isolates'] // 2}")


def _busy(process: psutil.Process) -> float:
    """Return how many seconds it has had a processor."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _is_about_memory(words: str) -> bool:
    return any(word in words for word in ("heap limit", "out of memory", "OOM", "Out Of Memory"))
