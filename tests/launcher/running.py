"""A whole fleet, started by the command that people use."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil

from gateway.launcher.home import Home
from gateway.launcher.postgres import PrivatePostgres
from tests.patience import PATIENCE


class Fleet:
    """`fleet up` in a home of its own, read line by line."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = Home(home)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        self.environment = {**kept, "FLEET_HOME": str(home), "FLEET_DEMO": "no", **variables}
        self.said: list[str] = []
        self.launcher: subprocess.Popen[str] | None = None
        self._read, self._more = 0, threading.Condition()
        self._reader: threading.Thread | None = None

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gateway.cli.main", *arguments]

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run another command beside it."""
        command, environment = self.command(*arguments), self.environment | variables
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def up(self) -> None:
        """Start it, and return when it greets."""
        self.start()
        self.until("--help")  # the greeting's last line

    def start(self) -> None:
        """Start it."""
        self.launcher = subprocess.Popen(
            self.command("up"), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._read = len(self.said)
        self._reader = threading.Thread(target=self._listen, args=(self.launcher,), daemon=True)
        self._reader.start()

    def _listen(self, launcher: "subprocess.Popen[str]") -> None:
        """Take all that it says: whoever speaks to nobody is stuck as soon as the pipe is full."""
        assert launcher.stdout is not None
        with launcher.stdout as lines:
            for line in lines:
                self._hear(line)
        self._hear("")

    def _hear(self, line: str) -> None:
        with self._more:
            self.said.append(line)
            self._more.notify_all()

    def until(self, *words: str) -> str:
        """Return the next line that it says with all of these words."""
        with self._more:
            while self._more.wait_for(lambda: self._read < len(self.said), PATIENCE):
                line = self.said[self._read]
                self._read += 1
                if all(word in line for word in words):
                    return line
                if not line:
                    break
        raise AssertionError(f"never said {' … '.join(words)!r}, but:\n{''.join(self.said)}")

    def process(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.home.read_state()["processes"] if one["name"] == name)
        return found

    def family(self) -> list[psutil.Process]:
        """Return the launcher and everything that it has started."""
        pid = self.home.holder()
        assert pid is not None
        launcher = psutil.Process(pid)
        return [launcher, *launcher.children(recursive=True)]

    def end(self, farewell: signal.Signals) -> int:
        """End it by a signal, and return its exit status."""
        assert self.launcher is not None
        self.launcher.send_signal(farewell)
        return self.gone()

    def gone(self) -> int:
        """Wait until it has gone and said its last, and return its exit status."""
        assert self.launcher is not None
        assert self._reader is not None
        status = self.launcher.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def discard(self) -> None:
        """End it whatever happened, and remove what it has put elsewhere."""
        try:
            self.run("down")
            if self.launcher is not None:
                self.gone()
        finally:
            if self.launcher is not None:
                self.launcher.kill()
            PrivatePostgres(self.home.path / "postgres", password="").discard()


def survivors(family: list[psutil.Process]) -> list[psutil.Process]:
    """Return who is left after a while; a dead process that nobody has buried is not."""
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
