"""A workerd process: what to run and where, and its words as lines of our log."""

import asyncio
import signal
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from edge import bound
from edge.local.journal import Journal

_LINE_BYTES = 1024 * 1024
_WORDS = 30


@dataclass(frozen=True)
class Program:
    """What a workerd serves, and where: it listens on sockets that outlive it."""

    name: str
    binary: Path
    config: Path
    sockets: Mapping[str, socket.socket]
    directory: Path  # the sockets that it asks lie here
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Where apps' own words would come out, too, they go nowhere.
    quiet: bool = False

    def command(self) -> list[str]:
        """Return what to run."""
        fds = [word for name, each in self.sockets.items() for word in ("--socket-fd", f"{name}={each.fileno()}")]
        return [str(self.binary), "serve", "--experimental", str(self.config), *fds]


class Running:
    """One process of a program, and what it said last."""

    def __init__(self, program: Program, process: Process, journal: Journal) -> None:
        self.process = process
        self.words: deque[str] = deque(maxlen=_WORDS)
        self._program, self._journal = program, journal
        self._copying = asyncio.create_task(self._copy())
        self.dying = asyncio.create_task(process.wait())

    @classmethod
    async def start(cls, program: Program, journal: Journal) -> "Running":
        """Start it; it dies with us."""
        process = await asyncio.create_subprocess_exec(
            *program.command(),
            cwd=program.directory,
            env=dict(program.environment),
            stdin=DEVNULL,
            stdout=DEVNULL if program.quiet else PIPE,
            stderr=PIPE if program.quiet else asyncio.subprocess.STDOUT,
            limit=_LINE_BYTES,
            pass_fds=[each.fileno() for each in program.sockets.values()],
            preexec_fn=bound.to_parent(signal.SIGKILL),
        )
        return cls(program, process, journal)

    async def end(self, seconds: float) -> None:
        """Ask it to end; streams that stay open are cut off in the end."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        await asyncio.wait({self.dying}, timeout=seconds)
        if not self.dying.done():
            self._journal.say("streams_cut", after=seconds)
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def gone(self) -> int:
        """Return its status, once it is no more and its words are read."""
        status = await self.dying
        await self._copying
        return status

    async def _copy(self) -> None:
        """Pass its lines on until it closes them."""
        stream = self.process.stderr if self._program.quiet else self.process.stdout
        assert stream is not None  # noqa: S101 - it was asked for
        while line := await _line(stream):
            self.words.append(line.decode(errors="replace").strip())
            if not self._program.quiet:
                self._journal.say("workerd_said", "warning", name=self._program.name, text=self.words[-1])


async def _line(stream: asyncio.StreamReader) -> bytes:
    """Return the next line; one that is longer than anybody reads is cut."""
    try:
        return await stream.readline()
    except ValueError:
        return b"(a very long line)\n"
