"""A private server: chosen ports that stay, one process, one log, restarts without loss."""

import json
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from gateway.launcher import ports
from gateway.launcher.programs import Program, end, end_leftover, note_pid

LAST_WORDS = 2_000


class ServiceError(RuntimeError):
    """A private service did not start; the text holds its last words."""


class PrivateService(ABC):
    """What RabbitMQ and Postgres have in common when we own them."""

    name: ClassVar[str]
    farewell: ClassVar[signal.Signals]
    port_names: ClassVar[tuple[str, ...]]

    def __init__(self, directory: Path, log: Path | None = None) -> None:
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None
        self.ports: dict[str, int] = {}
        self._ports_are_known = False
        self._is_wanted = True
        #: Where the server's words go.
        self.log = log or directory / f"{self.name}.log"

    @property
    @abstractmethod
    def url(self) -> str:
        """How clients reach it, with credentials."""

    @abstractmethod
    def prepare(self) -> None:
        """Make its folder ready, once for all starts."""

    @abstractmethod
    def program(self) -> Program:
        """Write what depends on the ports, and return what to run."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the process just started serves; asked again and again."""

    def start(self, timeout: float = 60) -> None:
        """Start it and return when it serves.

        A port may be lost between choosing and listening, and a killed predecessor may hold
        its memory for a moment: hence the attempts. Ports once handed out do not change.
        """
        self._is_wanted = True
        self.prepare()
        end_leftover(self.directory / "pid", timeout=6)
        deadline = time.monotonic() + timeout
        while not self._start_once(deadline):
            self._end_at_once()
            if not self._is_wanted:
                raise ServiceError(f"{self.name} was stopped while it started")
            if time.monotonic() > deadline - timeout * 0.5:
                raise ServiceError(f"{self.name} does not start. Its last words ({self.log}):\n{self.last_words()}")
            time.sleep(0.2)
        self._ports_are_known = True

    def _start_once(self, deadline: float) -> bool:
        self._choose_ports()
        program = self.program()
        with self.log.open("ab") as log:
            self.process = program.spawn(log)
        note_pid(self.process, self.directory / "pid")
        while self._is_wanted and self.process.poll() is None and time.monotonic() < deadline:
            if self.ready():
                return True
            time.sleep(0.01)
        return False

    def _choose_ports(self) -> None:
        """Take the ports of last time where they are free: URLs that others noted keep working."""
        if self._ports_are_known:
            return
        note = self.directory / "ports.json"
        noted = json.loads(note.read_text()) if note.exists() else {}
        if set(noted) != set(self.port_names) or not all(map(ports.free, noted.values())):
            noted = dict(zip(self.port_names, ports.choose(len(self.port_names)), strict=True))
            note.write_text(json.dumps(noted))
        self.ports = noted

    def stop(self, timeout: float = 30) -> None:
        """End it in good order, whatever it is doing; its data stays."""
        self._is_wanted = False
        if self.process is not None:
            end(self.process, self.farewell, timeout)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._is_wanted = False
        self._end_at_once()

    def _end_at_once(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """Return the end of the log."""
        return self.log.read_text(errors="replace")[-LAST_WORDS:] if self.log.exists() else ""
