"""One of the fleet's processes, run as `make up` runs it: to be waited for, killed, frozen and ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge import bound
from tests.patience import PATIENCE


class Process:
    """`python -m …`, whose log is read line by line."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self.log, self.farewell = log, 0
        with log.open("ab") as output:
            self.started = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                env=dict(environment),
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=bound.to_parent(signal.SIGKILL),
            )

    @property
    def pid(self) -> int:
        return self.started.pid

    def said(self) -> list[dict[str, Any]]:
        """Return its log so far; a line that is still being written is left out."""
        *lines, _rest = self.log.read_text(errors="replace").split("\n")
        return [json.loads(line) for line in lines if line.startswith("{")]

    def until(self, event: str, count: int = 1) -> dict[str, Any]:
        """Wait until it has said so (so often), and return the line."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [line for line in self.said() if line["event"] == event]
            if len(found) >= count:
                return found[count - 1]
            assert self.started.poll() is None, f"{self.log.name} ended:\n{self.log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"{self.log.name} never said {event}:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as a crash does: no word, no tidying."""
        self.started.kill()
        self.farewell = -signal.SIGKILL
        self.started.wait(PATIENCE)

    def freeze(self) -> None:
        """Let it stand still, as a machine does that swaps or is moved."""
        self.started.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.started.send_signal(signal.SIGCONT)

    def dies(self, status: int) -> None:
        """Wait until it leaves by itself, with this exit status."""
        assert self.started.wait(PATIENCE) == status, self.log.read_text()[-3000:]
        self.farewell = status

    def end(self) -> None:
        """End it politely, and see that it went in good order and with all its threads."""
        if self.started.poll() is None:
            self.thaw()
            self.started.send_signal(signal.SIGTERM)
        try:
            status = self.started.wait(PATIENCE)
        finally:
            self.started.kill()
        assert status == self.farewell, f"{self.log.name} ended with {status}:\n{self.log.read_text()[-3000:]}"
        lost = [line for line in self.said() if line["event"] in {"threads_lost", "engine_failed"}]
        assert status != 0 or not lost, lost
