"""Keeps the front workerd running on listening sockets that are ours: restarts it when it dies or does not answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from edge.local.journal import Journal
from edge.local.process import Program, Running

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_SOUND_SECONDS = 30.0
_START_SECONDS = 20.0
_PROBE_SECONDS = 1.0
_MISSES = 3


class NeverReady(RuntimeError):
    """It ended before it ever answered; the text says with which words."""


class Workerd:
    """A workerd that is wanted until it is ended."""

    def __init__(
        self, program: Program, is_well: Callable[[], Awaitable[bool]], journal: Journal, drain_seconds: float = 3
    ) -> None:
        self.ready = asyncio.Event()
        self._program = program
        self._is_well = is_well
        self._journal = journal
        self._drain_seconds = drain_seconds
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Let it finish what is under way, for a while."""
        self._ending.set()

    async def keep(self) -> None:
        """Run it, again and again, until it is ended."""
        pause = _FIRST_PAUSE
        while not self._ending.is_set():
            born = time.monotonic()
            why, words = await self._live_once()
            if self._ending.is_set():
                return
            if not self.ready.is_set():
                raise NeverReady(f"workerd {why}, saying: {words or 'nothing'}")
            pause = _FIRST_PAUSE if time.monotonic() - born > _SOUND_SECONDS else pause
            self._journal.say("workerd_died", "error", why=why, again_in=pause)
            await _unless(self._ending, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _live_once(self) -> tuple[str, str]:
        """Run it once, and return how that ended, and what it said last."""
        running = await Running.start(self._program, self._journal)
        watching = asyncio.create_task(self._watch(running.process.pid))
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({running.dying, watching, ending}, return_when=asyncio.FIRST_COMPLETED)
        why = watching.result() if watching.done() else ""
        watching.cancel()
        ending.cancel()
        if self._ending.is_set():
            for listening in self._program.sockets.values():
                listening.close()
            await running.end(self._drain_seconds)
        elif not running.dying.done():
            running.kill()
        status = await running.gone()
        return why or f"ended with status {status}", running.words[-1] if running.words else ""

    async def _watch(self, pid: int) -> str:
        """Return why it has to be killed: it does not answer."""
        if not await self._rise():
            return f"did not answer within {_START_SECONDS:g} s"
        self._journal.say("workerd_ready", workerd=pid)
        self.ready.set()
        misses = 0
        while misses < _MISSES:
            await asyncio.sleep(_PROBE_SECONDS)
            misses = 0 if await self._is_well() else misses + 1
        return "no longer answers"

    async def _rise(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while not await self._is_well():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True


async def _unless(event: asyncio.Event, seconds: float) -> None:
    """Wait, unless it happens meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
