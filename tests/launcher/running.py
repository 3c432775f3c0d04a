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

    def until(self, words: str) -> str:
        """Return the next line that it says with these words."""
        assert self.launcher is not None
        assert self.launcher.stdout is not None
        giving_up = threading.Timer(PATIENCE, self.launcher.kill)
        giving_up.start()
        try:
            for line in self.launcher.stdout:
                self.said.append(line)
                if words in line:
                    return line
        finally:
            giving_up.cancel()
        raise AssertionError(f"never said {words!r}, but:\n{''.join(self.said)}")

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
        self.said += self.launcher.communicate(timeout=PATIENCE)[0].splitlines(keepends=True)
        return self.launcher.returncode

    def discard(self) -> None:
        """End it whatever happened, and remove what it has put elsewhere."""
        try:
            self.run("down")
            if self.launcher is not None:
                self.launcher.communicate(timeout=PATIENCE)
        finally:
            if self.launcher is not None:
                self.launcher.kill()
            PrivatePostgres(self.home.path / "postgres", password="").discard()


def survivors(family: list[psutil.Process]) -> list[psutil.Process]:
    """Return who is left after a while; a dead process that nobody has buried is not."""
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
