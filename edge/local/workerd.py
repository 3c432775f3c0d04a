"""Keeps one workerd running on a listening socket that is ours: restarts it when it dies or does not answer."""

import asyncio
import signal
import socket
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from edge import bound
from edge.local import health
from edge.local.journal import Journal

CONFIG = Path(__file__).with_name("edge.capnp")

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_SOUND_SECONDS = 30.0
_START_SECONDS = 20.0
_PROBE_SECONDS = 1.0
_MISSES = 3
_LINE_BYTES = 1024 * 1024

#: How one reaches who listens everywhere.
_LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}


class NeverReady(RuntimeError):
    """It ended before it ever answered; the text says with which words."""


@dataclass(frozen=True)
class Place:
    """What a workerd serves, and where: it listens on a socket that outlives it."""

    binary: Path
    listening: socket.socket
    zones: Sequence[str]
    directory: Path  # the origin's socket lies here
    edge_key: SecretStr | None = None

    @property
    def address(self) -> str:
        """Where it can be reached, even if it listens everywhere."""
        host, port = self.listening.getsockname()[:2]
        return f"{_LOOPBACKS.get(host, host)}:{port}"

    def environment(self) -> dict[str, str]:
        """Return what it is told: it has no use for our other secrets."""
        key = self.edge_key.get_secret_value() if self.edge_key else ""
        return {"FLEET_ZONES": ",".join(self.zones), "FLEET_EDGE_KEY": key}

    def command(self) -> list[str]:
        """Return what to run."""
        return [str(self.binary), "serve", str(CONFIG), "--socket-fd", f"http={self.listening.fileno()}"]


class Workerd:
    """A workerd that is wanted until it is ended."""

    def __init__(self, place: Place, journal: Journal, drain_seconds: float = 3) -> None:
        self.ready = asyncio.Event()
        self._place = place
        self._journal = journal
        self._drain_seconds = drain_seconds
        self._ending = asyncio.Event()
        self._last_words = ""

    def end(self) -> None:
        """Let it finish what is under way, for a while."""
        self._ending.set()

    async def keep(self) -> None:
        """Run it, again and again, until it is ended."""
        pause = _FIRST_PAUSE
        while not self._ending.is_set():
            born = time.monotonic()
            why = await self._live_once()
            if self._ending.is_set():
                return
            if not self.ready.is_set():
                raise NeverReady(f"workerd {why}, saying: {self._last_words or 'nothing'}")
            pause = _FIRST_PAUSE if time.monotonic() - born > _SOUND_SECONDS else pause
            self._journal.say("workerd_died", "error", why=why, again_in=pause)
            await _unless(self._ending, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _live_once(self) -> str:
        """Run it once, and return how that ended."""
        process = await self._spawn()
        copying = asyncio.create_task(self._copy(process))
        dying, watching, ending = (
            asyncio.create_task(process.wait()),
            asyncio.create_task(self._watch(process.pid)),
            asyncio.create_task(self._ending.wait()),
        )
        await asyncio.wait({dying, watching, ending}, return_when=asyncio.FIRST_COMPLETED)
        why = watching.result() if watching.done() else ""
        watching.cancel()
        ending.cancel()
        if self._ending.is_set():
            await self._drain(process, dying)
        elif not dying.done():
            process.kill()
        status = await dying
        await copying
        return why or f"ended with status {status}"

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._place.command(),
            cwd=self._place.directory,
            env=self._place.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            limit=_LINE_BYTES,
            pass_fds=[self._place.listening.fileno()],
            preexec_fn=bound.to_parent(signal.SIGKILL),
        )

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

    async def _is_well(self) -> bool:
        return await health.answers(self._place.address, self._place.zones[0])

    async def _drain(self, process: Process, dying: asyncio.Task[int]) -> None:
        """Ask it to end; streams that stay open are cut off in the end."""
        self._place.listening.close()
        with suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait({dying}, timeout=self._drain_seconds)
        if not dying.done():
            self._journal.say("streams_cut", after=self._drain_seconds)
            process.kill()

    async def _copy(self, process: Process) -> None:
        """Pass its lines on until it closes them."""
        assert process.stdout is not None  # noqa: S101 - it was asked for
        async for line in process.stdout:
            self._last_words = line.decode(errors="replace").strip()
            self._journal.say("workerd_said", "warning", text=self._last_words)


async def _unless(event: asyncio.Event, seconds: float) -> None:
    """Wait, unless it happens meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
