"""FLEET_HOME on disk: who may read it, what lies where, and who holds it."""

import fcntl
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class AlreadyRunning(Exception):
    """Another launcher holds this home."""


@dataclass(frozen=True)
class Home:
    """The one folder that a fleet's data, logs, secrets and state live in."""

    path: Path

    @property
    def env(self) -> Path:
        """What was chosen, for other programs to source."""
        return self.path / "env"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.path / "logs"

    @property
    def metrics(self) -> Path:
        """Where all processes of the fleet count together."""
        return self.path / "run/metrics"

    @property
    def state(self) -> Path:
        """Which processes there are."""
        return self.path / "run/state.json"

    @property
    def lock(self) -> Path:
        """Whoever holds this file runs the fleet."""
        return self.path / "run/lock"

    def create(self) -> None:
        """Make the folders, for their owner alone."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(self.path.iterdir()):
            self.path.chmod(0o700)  # somebody else has made it for us
        for folder in (self.logs, self.lock.parent):
            folder.mkdir(exist_ok=True, mode=0o700)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the home, or say who does; the kernel lets go when we die."""
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise AlreadyRunning from error
        try:
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
            yield
        finally:
            os.close(descriptor)

    def holder(self) -> int | None:
        """Return the pid of the launcher that runs here now."""
        try:
            with self.lock.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(self.lock.read_text() or 0) or None
        except FileNotFoundError:
            return None
        return None

    def write_env(self, chosen: Mapping[str, str]) -> None:
        """Write what was chosen so that any shell can source it."""
        replace(self.env, "".join(f"{name}={shlex.quote(value)}\n" for name, value in chosen.items()))

    def read_env(self) -> dict[str, str]:
        """Return what was chosen last; nothing where nothing was."""
        if not self.env.exists():
            return {}
        words = shlex.split(self.env.read_text(), comments=True)
        return dict(word.split("=", 1) for word in words)

    def read_state(self) -> dict[str, Any]:
        """Return what runs, as its launcher last wrote it; nothing when none runs."""
        if self.holder() is None or not self.state.exists():
            return {"home": str(self.path), "state": "down", "processes": []}
        state: dict[str, Any] = json.loads(self.state.read_text())
        return state


def replace(path: Path, text: str) -> None:
    """Replace a private file in one step: a reader sees the old text or the new."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.rename(path)
