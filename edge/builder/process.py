"""The builder's process: nobody's, without network, with limits on all it takes, and killed when nobody wants it."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from edge import compiler_node

#: (stage, message, how far it is)
Tell = Callable[[str, str, int], None]

_PROGRAM = compiler_node.HERE / "builder" / "main.js"
_WATCH_SECONDS = 0.1
#: Three gigabytes of data, two minutes of a processor, files of 100 MiB; where a limit is unknown, the others hold.
_ULIMITS = 'for limit in "-d 3145728" "-t 120" "-f 204800" "-c 0"; do ulimit $limit 2>/dev/null; done; exec "$0" "$@"'
_MEMORY = ("--max-old-space-size=1024", "--max-semi-space-size=32")


class Stopped(Exception):
    """The process was ended before it had answered; the text says why."""


class Superseded(Stopped):
    """Nobody wants what it makes any more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a build may take."""

    seconds: float = 90


class Builder:
    """One process, which is asked twice."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._input, self._output = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        self.stopped: Stopped | None = None

    @property
    def pid(self) -> int:
        """Return the process's number, which is its group's too."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def ask(self, words: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        """Send a request and return its answer; how far it is, is told meanwhile."""
        with suppress(BrokenPipeError):
            self._input.write(json.dumps(words) + "\n")
            self._input.flush()
        for line in self._output:
            said: dict[str, Any] = json.loads(line)
            if "stage" not in said:
                return said
            tell(said["stage"], said["message"], said["progress"])
        raise self.stopped or Stopped("the builder ended without a word: it takes too much memory or time")

    def kill(self, why: Stopped) -> None:
        """End it, and what it has started."""
        self.stopped = self.stopped or why
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Leave nothing of it."""
        self.kill(Stopped("it is over"))
        self._process.wait()
        with suppress(BrokenPipeError):
            self._input.close()
        self._output.close()


def start(prefix: list[str], readable: list[Path], writable: Path) -> Builder:
    """Start a builder, which makes itself ready and waits to be asked."""
    allowed = [f"--allow-fs-read={path}" for path in (compiler_node.HERE, *readable)]
    confined = ["--permission", "--allow-child-process", "--allow-addons", "--allow-worker", *allowed]
    node = [str(compiler_node.node()), *confined, f"--allow-fs-write={writable}", *_MEMORY]
    process = subprocess.Popen(  # noqa: S603 - our own program
        ["/bin/sh", "-c", _ULIMITS, *prefix, *node, "--disable-warning=SecurityWarning", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=writable,
        env={},
        start_new_session=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    return Builder(process)


@contextmanager
def watched(builder: Builder, limits: Limits, unwanted: Callable[[], bool]) -> Iterator[None]:
    """Kill a builder as soon as it is unwanted, or takes too long."""
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(builder, over, limits, unwanted), name="builder-watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(builder: Builder, over: threading.Event, limits: Limits, unwanted: Callable[[], bool]) -> None:
    until = time.monotonic() + limits.seconds
    while not over.wait(_WATCH_SECONDS):
        if time.monotonic() > until:
            builder.kill(Stopped(f"it takes longer than {limits.seconds:g} s"))
        elif unwanted():
            builder.kill(Superseded("a newer build was asked for"))
