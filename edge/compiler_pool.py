"""The children: shares calls out among them and outlives whatever a file does to one."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from edge import compiler_node
from edge.compiler_call import Call
from edge.compiler_child import LATER, MOST_BYTES, Child, Gone
from edge.compiler_turns import Turns
from edge.memory import Memory

WATCH_SECONDS = 0.1
#: Whoever keeps others waiting for longer is left alone with its child: so many seconds of work, and so many at once.
QUICK_SECONDS, MOST_ALONE = 0.5, 2


class CompilerUnavailable(Exception):
    """No child could be started, or the compiler is closed, or has too much to do: try again later."""


_BUSY = CompilerUnavailable("The compiler has other files to do that take long")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take before its child is killed: seconds of a processor, and memory."""

    compile_seconds: float = 4.0
    css_seconds: float = 6.0
    prebundle_seconds: float = 120.0
    memory_megabytes: int = 1024
    stack_kilobytes: int = 262_144


class Pool:
    """Children that are started anew when they end.

    A call that keeps others waiting is left alone with its child, and they go to a fresh one. What takes too long is
    refused; what a child dies of for another reason is tried once more alone, and refused if that dies too. Refusals
    are remembered.
    """

    def __init__(self, children: int, limits: Limits, restarted: Callable[[str], None]) -> None:
        self._limits = limits
        self._restarted = restarted
        self._guard = threading.RLock()
        self._closed = threading.Event()
        self._turns = Turns()
        self._refused: Memory[bytes, str] = Memory(1_000)
        self._spares: list[Child] = []
        self._troubled = False
        self._away: dict[Child, int] = {}
        self._lone: dict[Child, bool] = {}
        self._shared: list[Child | None] = [None] * children
        for index in range(children):
            self._at(index)
        self._watch = threading.Thread(target=self._look_after, name="compiler-watch", daemon=True)
        self._watch.start()

    def submit(self, call: Call) -> None:
        """Let the call wait for its turn: for the child that it is pinned to, else for any."""
        with self._guard:
            self._must_be_open()
            if (refusal := self._refused.get(call.digest)) is not None:
                call.refuse(refusal)
            else:
                self._turns.add(call)
        self._feed()

    def submit_alone(self, call: Call, *, long: bool = True) -> None:
        """Give the call to a child that does nothing else, and refuse it if that child dies."""
        with self._guard:
            self._must_be_open()
            child = Child(self._command(), self._refuse)
            self._lone[child] = long
        child.nice(LATER)
        call.answer.add_done_callback(lambda _: child.finish())
        child.note(call)
        child.write(call)

    def pids(self) -> list[int]:
        """List the processes that run now."""
        return [child.pid for child in self._children()]

    def busy(self) -> bool:
        """Tell whether a child has something to do."""
        return any(child.load for child in self._children())

    def close(self) -> None:
        """End every child; whoever still waits is told."""
        self._closed.set()
        self._watch.join()
        for child in self._children():
            child.close()
        with self._guard:
            _tell(self._turns.clear(), CompilerUnavailable("The compiler is closed"))

    def _feed(self) -> None:
        """Give out what waits, one call to each child at a time, as long as there is room."""
        while sum(self._give(index) for index in range(len(self._shared))):
            pass

    def _give(self, index: int) -> bool:
        with self._guard:
            if self._closed.is_set() or not self._turns.wants(index):
                return False
            child = self._at(index)
            call = self._turns.take(index, child)
            if call is None:
                return False
            try:
                child.note(call)
            except Gone:
                self._turns.put_back([call])
                return False  # its end is about to be told
            if len(call.text) < MOST_BYTES:
                child.write(call)
                return True
        threading.Thread(target=child.write, args=(call,), name="compiler-writer", daemon=True).start()
        return True

    def _answered(self, child: Child) -> None:
        with self._guard:
            if child in self._away and not child.load:
                self._take_back(child)
        self._feed()

    def _take_back(self, child: Child) -> None:
        """Give a child its place again, for the stylesheets that it has; unless it has to stay behind all others."""
        index = self._away.pop(child)
        if not child.nice(0):
            self._retire(child)
            return
        child.alone = False
        if (other := self._shared[index]) is not None and self._spares:
            self._retire(other)
        elif other is not None:
            self._spares.append(other)
        self._shared[index] = child

    def _retire(self, child: Child) -> None:
        """Let a child end when it has answered what it was asked."""
        self._lone[child] = True
        child.finish()

    def _bury(self, child: Child, unanswered: list[Call]) -> None:
        """Replace a child that ended, and see to the calls that it left."""
        with self._guard:
            self._away.pop(child, None)
            self._lone.pop(child, None)
            self._spares = [one for one in self._spares if one is not child]
            self._shared = [None if one is child else one for one in self._shared]
            if self._closed.is_set() or not child.ready:
                _tell(unanswered, CompilerUnavailable(f"The compiler child {child.reason}"))
                unanswered = []
            else:
                self._troubled = True
                self._restarted(child.reason)
            self._turns.put_back(unanswered[1:])
        for suspect in unanswered[:1]:
            self._judge(suspect, child)
        self._feed()

    def _judge(self, suspect: Call, child: Child) -> None:
        if child.at_fault:
            self._reject(suspect, child)
        elif self._crowded():
            _tell([suspect], _BUSY)
        else:
            try:
                self.submit_alone(suspect, long=False)
            except CompilerUnavailable as closed:
                _tell([suspect], closed)

    def _refuse(self, child: Child, unanswered: list[Call]) -> None:
        """Tell whose fault it was: nobody else's, for it was alone."""
        with self._guard:
            self._lone.pop(child, None)
        if self._closed.is_set() or not child.ready:
            _tell(unanswered, CompilerUnavailable(f"The compiler child {child.reason}"))
            return
        for call in unanswered:
            self._restarted(child.reason)
            self._reject(call, child)

    def _reject(self, call: Call, child: Child) -> None:
        call.refuse(self._refused.put(call.digest, f"This cannot be compiled: the compiler {child.reason}"))

    def _look_after(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            self._prepare()
            for child in self._children():
                spent = child.inspect(self._limits.memory_megabytes)
                if spent > QUICK_SECONDS:
                    self._relieve(child)

    def _prepare(self) -> None:
        """Once there was trouble, have a child ready for the next time."""
        with self._guard:
            if self._troubled and not self._spares:
                self._spares.append(Child(self._command(), self._bury, self._answered))

    def _relieve(self, child: Child) -> None:
        """Let nobody wait for what takes long."""
        with self._guard:
            if child not in self._shared:
                return
            index = self._shared.index(child)
            if child.load == 1 and not self._turns.wants(index):
                return
            if self._crowded():
                child.kill("has other files to do that take long")
                return
            self._troubled = True
            self._away[child] = index
            self._shared[index] = self._spares.pop() if self._spares else None
            self._turns.put_back(child.leave_alone())
        self._feed()

    def _crowded(self) -> bool:
        return len(self._away) + sum(not long for long in self._lone.values()) >= MOST_ALONE

    def _at(self, index: int) -> Child:
        child = self._shared[index]
        if child is None:
            child = self._spares.pop() if self._spares else Child(self._command(), self._bury, self._answered)
            self._shared[index] = child
        return child

    def _children(self) -> list[Child]:
        with self._guard:
            return [child for child in (*self._shared, *self._spares, *self._away, *self._lone) if child]

    def _command(self) -> list[str]:
        return compiler_node.command(self._limits.stack_kilobytes, self._limits.memory_megabytes)

    def _must_be_open(self) -> None:
        if self._closed.is_set():
            raise CompilerUnavailable("The compiler is closed")


def _tell(calls: list[Call], error: Exception) -> None:
    for call in calls:
        with suppress(Exception):  # told already
            call.answer.set_exception(error)
