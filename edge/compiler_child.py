"""One Node process: requests go in as lines, answers come back in the same order."""

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, cast

import psutil

from edge import compiler_node
from edge.compiler_call import Call, words_of

START_SECONDS = 30.0
CLOSE_SECONDS = 1.0
#: A machine that is busy elsewhere lets a child stand still for so many times as long as it may work, and keeps it for
#: so many times as long in all.
PATIENCE, LONG_PATIENCE = 4, 20
#: So much, which no pipe is too small for, is under way at once: to write is not to wait. What is longer goes alone.
MOST_CALLS, MOST_BYTES = 8, 60_000
LATER = 10  # how nice a child is that holds up nobody but those who asked for much


class Gone(Exception):
    """The child takes no more calls; this one is for another."""


class Child:
    """A running process. `on_end` is told once, from a thread of its own, with the calls that were left unanswered."""

    def __init__(
        self,
        command: Sequence[str],
        on_end: Callable[["Child", list[Call]], None],
        on_answer: Callable[["Child"], None] = lambda _: None,
    ) -> None:
        self._on_end, self._on_answer = on_end, on_answer
        #: None is a call that another child has done meanwhile.
        self._calls: deque[Call | None] = deque()
        self._bytes = 0
        self._notes = threading.Lock()
        self._order = threading.Lock()  # calls are written in the order in which they are noted
        self._ended = False
        self._since = time.monotonic()
        self._watched: Call | None = None
        self._worked = self._working = 0.0
        self._moved = self._since
        self.alone = False
        self.ready = False
        self.reason = ""
        #: Whether it ended because of what its first call took, whatever else went on.
        self.at_fault = False
        # Nothing of our environment, which has secrets in it, is for a process that reads what others wrote.
        self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=compiler_node.HERE, env={}
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

    def has_room(self, call: Call) -> bool:
        """Tell whether it would come to the call soon, and take it without a wait."""
        if self._ended or self.alone:
            return False
        return not self._calls or (self.load < MOST_CALLS and self._bytes + len(call.text) < MOST_BYTES)

    def note(self, call: Call) -> None:
        """Count a call among those to be answered; `write` it next."""
        with self._notes:
            if self._ended:
                raise Gone
            if not self._calls:
                self._since = time.monotonic()
            self._calls.append(call)
            self._bytes += len(call.text)

    def write(self, call: Call) -> None:
        """Ask; the answer arrives in the call. Who has died meanwhile leaves it among the unanswered."""
        with self._order, suppress(BrokenPipeError, ValueError):
            self._input.write(call.text + b"\n")
            self._input.flush()

    def leave_alone(self) -> list[Call]:
        """Leave it alone with its first call, and return the others; what it answers to them is not heard."""
        with self._notes:
            self.alone = True
            others = [self._calls.pop() for _ in range(len(self._calls) - 1)]
            self._calls.extend(None for _ in others)
        self.nice(LATER)
        return [call for call in reversed(others) if call is not None]

    def nice(self, value: int) -> bool:
        """Let others go first on a machine that has not enough for all, or no longer; tell whether that is possible."""
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self.pid, value)
            return True
        return False

    def inspect(self, megabytes: int) -> float:
        """Kill what takes too long or too much; return how many seconds of work its first call has been so far."""
        head = self._head()
        if not self.ready:
            if time.monotonic() - self._since > START_SECONDS:
                self.kill("did not start")
            return 0.0
        if head is None:
            return 0.0
        spent = self._spent(head)
        if spent > head.seconds:
            self.at_fault = True
            self.kill(f"took longer than {head.seconds:g} s")
        elif time.monotonic() - max(self._since, self._moved) > PATIENCE * head.seconds:
            self.kill(f"stood still for {PATIENCE * head.seconds:g} s")
        elif time.monotonic() - self._since > LONG_PATIENCE * head.seconds:
            self.kill(f"took longer than {LONG_PATIENCE * head.seconds:g} s")
        elif self._measured(lambda process: process.memory_info().rss) > megabytes * 2**20:
            self.kill(f"took more than {megabytes} MiB of memory")
        return spent

    def _spent(self, head: Call) -> float:
        """Return how long a call has kept a processor busy, since it was first looked at."""
        worked = self._measured(lambda process: sum(process.cpu_times()[:2]))
        if head is not self._watched:
            self._watched, self._worked = head, worked
        if worked > self._working:
            self._working, self._moved = worked, time.monotonic()
        return worked - self._worked

    def _measured(self, what: Callable[[psutil.Process], float]) -> float:
        with suppress(psutil.Error):
            return what(psutil.Process(self.pid))
        return 0.0

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
        with self._notes:
            self._ended = True
        with self._order, suppress(BrokenPipeError):
            self._input.close()

    def close(self) -> None:
        """Do the same, and wait for it, but not for long."""
        self._ended = True
        try:
            # Whoever writes to a child that hangs holds the lock.
            if self._order.acquire(timeout=CLOSE_SECONDS):
                self._order.release()
                self.finish()
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill("was closed")
        if self._reader is not threading.current_thread():
            self._reader.join()

    def _read(self) -> None:
        for line in self._output:
            self._since = time.monotonic()
            if self.ready:
                self._answer(line)
            self.ready = True
            self._on_answer(self)
        code = self._process.wait()
        self.reason = self.reason or (f"was ended by signal {-code}" if code < 0 else f"ended with status {code}")
        self.finish()
        self._output.close()
        self._on_end(self, [call for call in self._calls if call is not None])

    def _answer(self, line: bytes) -> None:
        with self._notes:
            call = self._calls.popleft()
            self._bytes = sum(len(one.text) for one in self._calls if one is not None)
        if call is not None:
            call.answer.set_result(words_of(line))
