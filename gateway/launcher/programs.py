"""Starts programs that cannot outlive us, and ends them for certain."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from edge import bound


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, as whom, where its words go, and which signal our death sends it."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str]
    directory: Path
    user: str | None = None
    farewell: signal.Signals = signal.SIGKILL

    def spawn(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start it; Linux counts the *thread* as the parent, so call this from one that lives on."""
        return subprocess.Popen([str(argument) for argument in self.arguments], stdout=output, **self.options())

    def options(self) -> dict[str, Any]:
        """Return how it is started, for subprocess and asyncio alike.

        A session of its own keeps the terminal's Ctrl-C away: who ends when is ours to decide.
        """
        return {
            "env": dict(self.environment),
            "cwd": self.directory,
            "stdin": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            "start_new_session": True,
            "user": self.user,
            "group": primary_group(self.user),
            "extra_groups": None if self.user is None else [],
            "preexec_fn": bound.to_parent(self.farewell),  # only this comes after the change of user
        }


def primary_group(user: str | None) -> int | None:
    """Return the group a user's files belong to."""
    if user is None:
        return None
    import pwd  # noqa: PLC0415 - absent on Windows, where nobody is switched to either

    return pwd.getpwnam(user).pw_gid


def end(process: subprocess.Popen[bytes], farewell: signal.Signals, timeout: float) -> bool:
    """Ask a program to end, and kill it when it does not in time; return whether it did."""
    if process.poll() is None:
        process.send_signal(farewell)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def note_pid(process: subprocess.Popen[bytes], note: Path) -> None:
    """Write down whom we started; the start time tells it from a later process of the same number."""
    started = psutil.Process(process.pid).create_time()
    note.write_text(f"{process.pid} {started}\n")


def end_leftover(note: Path, timeout: float) -> None:
    """Wait for the program that a killed launcher noted, which has been told to end; then kill it."""
    try:
        pid, started = note.read_text().split()
        leftover = psutil.Process(int(pid))
        if leftover.create_time() == float(started):
            _, alive = psutil.wait_procs([leftover], timeout)
            for process in alive:
                process.kill()
                process.wait(timeout)
    except (OSError, ValueError, psutil.NoSuchProcess):
        return  # nothing was left, or it has just gone
