"""A process of the fleet: its lines go to a log file and, short, to the terminal; one of them says ready."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from gateway.launcher.programs import Program
from gateway.launcher.unit import StartFailed
from gateway.launcher.voice import Voice, append, open_log, parse

LINE_BYTES = 256 * 1024
PROBE_SECONDS = 0.05


class ProcessUnit:
    """A program that logs JSON lines; ready when it says so or, with a probe, when that answers 200."""

    def __init__(
        self,
        name: str,
        kind: str,
        program: Program,
        log: Path,
        voice: Voice,
        *,
        probe: tuple[str, str] | None = None,
        patience: float = 15,
        start_seconds: float = 60,
    ) -> None:
        self.name = name
        self.kind = kind
        self.patience = patience
        self._program = program
        self._log = log
        self._voice = voice
        self._probe = probe
        self._start_seconds = start_seconds
        self._process: Process | None = None
        self._copying: asyncio.Task[None] | None = None
        self._last_line = ""
        self._is_wanted = False

    @property
    def pid(self) -> int | None:
        """Which process it is now."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start it, and return when it is ready."""
        self._is_wanted = True
        said = asyncio.Event()
        self._process = await asyncio.create_subprocess_exec(
            *map(str, self._program.arguments), stdout=PIPE, **self._program.options()
        )
        self._copying = asyncio.create_task(self._copy(self._process, said))
        waiting = asyncio.create_task(said.wait() if self._probe is None else self._answer(*self._probe))
        ending = asyncio.create_task(self._process.wait())
        if not self._is_wanted:  # stopped while it was being spawned
            self.kill()
        done, _ = await asyncio.wait(
            {waiting, ending}, timeout=self._start_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        waiting.cancel()
        ending.cancel()
        if waiting not in done:
            self.kill()
            await self.wait()
            how = "ended" if ending in done else f"not ready after {self._start_seconds:.0f} s"
            raise StartFailed(f"{how}, saying: {self._last_line or 'nothing'}")

    async def wait(self) -> int:
        """Return its exit status, once it has ended and its last line is copied."""
        if self._process is None or self._copying is None:
            return 0
        status = await self._process.wait()
        # A child of its own may hold the pipe open: nothing more is waited for then.
        await asyncio.wait({self._copying}, timeout=1)
        self._copying.cancel()
        return status

    async def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._is_wanted = False
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self.wait()

    def kill(self) -> None:
        """End it now, with all that it has started."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _copy(self, process: Process, said: asyncio.Event) -> None:
        """Pass its lines on until it closes them."""
        log = open_log(self._log)
        try:
            async for line in _lines(process.stdout):
                self._last_line = line
                append(log, line)
                if (parse(line) or {}).get("event") == "ready":
                    said.set()
                else:
                    self._voice.repeat(self.name, line)
        finally:
            log.close()

    async def _answer(self, address: str, path: str) -> bool:
        """Return when a GET is answered with 200."""
        host, _, port = address.rpartition(":")
        while not await _is_well(host.strip("[]"), int(port), path):  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(PROBE_SECONDS)
        return True


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    """Yield whole lines; one that never ends is cut."""
    rest = b""
    while stream is not None and (chunk := await stream.read(65_536)):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
        if len(rest) > LINE_BYTES:
            yield rest.decode(errors="replace")
            rest = b""
    if rest:
        yield rest.decode(errors="replace")


async def _is_well(host: str, port: int, path: str) -> bool:
    """Tell whether one GET is answered with 200."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
    except OSError:  # nobody listens yet; a timeout is one of these too
        return False
