"""One Node process: requests go in as lines, answers come back in the same order."""

import json
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import psutil

START_SECONDS = 30.0
CLOSE_SECONDS = 1.0


class Gone(Exception):
    """The child has ended; the call is for another one."""


@dataclass(slots=True, eq=False)
class Call:
    """One request and whoever waits for its answer; `subject` is the file that is named if it kills the child."""

    operation: str
    subject: str
    request: Mapping[str, object]
    seconds: float
    answer: Future[dict[str, Any]] = field(default_factory=Future)

    def refuse(self, message: str) -> None:
        """Answer that the file cannot be done."""
        error = {"file": self.subject, "line": 1, "column": 1, "message": message, "frame": ""}
        self.answer.set_result({"ok": False, "error": error})


class Child:
    """A running process. `on_end` is told once, from a thread of its own, with the calls that were left unanswered."""

    def __init__(self, command: Sequence[str], folder: Path, on_end: Callable[["Child", list[Call]], None]) -> None:
        self._on_end = on_end
        self._calls: deque[Call] = deque()
        self._order = threading.Lock()  # calls are written in the order in which they are noted
        self._ended = False
        self._since = time.monotonic()
        self._count = 0
        self.ready = False
        self.reason = ""
        # Nothing of our environment, which has secrets in it, is for a process that reads what others wrote.
        self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env={}
        )
        self._input = cast("IO[bytes]", self._process.stdin)
        self._output = cast("IO[bytes]", self._process.stdout)
        self._reader = threading.Thread(target=self._read, name="compiler-child", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def load(self) -> int:
        """How many calls it has not answered."""
        return len(self._calls)

    def submit(self, call: Call) -> None:
        """Ask; the answer arrives in the call."""
        with self._order:
            if self._ended:
                raise Gone
            self._count += 1
            line = json.dumps({"n": self._count, "op": call.operation, **call.request}, ensure_ascii=False)
            if not self._calls:
                self._since = time.monotonic()
            self._calls.append(call)
            # Who has died meanwhile leaves the call among the unanswered.
            with suppress(BrokenPipeError):
                self._input.write(line.encode("utf-8", "replace") + b"\n")
                self._input.flush()

    def inspect(self, megabytes: int) -> None:
        """Kill what takes too long or too much."""
        working = time.monotonic() - self._since
        head = self._head()
        if not self.ready:
            if working > START_SECONDS:
                self.kill("did not start")
        elif head and working > head.seconds:
            self.kill(f"took longer than {head.seconds:g} s")
        elif self._resident() > megabytes * 2**20:
            self.kill(f"took more than {megabytes} MiB of memory")

    def _head(self) -> Call | None:
        with suppress(IndexError):
            return self._calls[0]
        return None

    def kill(self, reason: str) -> None:
        """End it at once, with a reason for whom it may concern."""
        self.reason = reason
        self._process.kill()

    def finish(self) -> None:
        """Let it end when it has answered what it was asked."""
        with self._order:
            self._end()

    def close(self) -> None:
        """Do the same, and wait for it, but not for long."""
        try:
            # Whoever writes to a child that hangs holds the lock.
            if self._order.acquire(timeout=CLOSE_SECONDS):
                self._end()
                self._order.release()
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill("was closed")
        if self._reader is not threading.current_thread():
            self._reader.join()

    def _end(self) -> None:
        self._ended = True
        with suppress(BrokenPipeError):
            self._input.close()

    def _resident(self) -> int:
        with suppress(psutil.Error):
            return int(psutil.Process(self.pid).memory_info().rss)
        return 0

    def _read(self) -> None:
        for line in self._output:
            self._since = time.monotonic()
            if self.ready:
                self._calls.popleft().answer.set_result(json.loads(line))
            self.ready = True
        code = self._process.wait()
        self.reason = self.reason or (f"was ended by signal {-code}" if code < 0 else f"ended with status {code}")
        self.finish()
        self._output.close()
        self._on_end(self, list(self._calls))
