"""The children: shares calls out among them and outlives whatever a file does to one."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from edge import compiler_node
from edge.compiler_call import Call
from edge.compiler_child import LATER, MOST_BYTES, Child, Gone
from edge.compiler_places import Places
from edge.compiler_turns import Turns
from edge.memory import Memory

WATCH_SECONDS = 0.05
#: Whoever takes so many seconds of work is left alone with its child: if others wait, and whether or not they do.
QUICK_SECONDS, LONG_SECONDS = 0.15, 1.0
#: Where enough are alone already it is ended instead: somewhat later, for what is honest and heavy may take as long.
HEAVY_SECONDS = 0.5


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
        with self._guard:  # a child may answer before all have their places
            self._places = Places(children, lambda: Child(self._command(), self._bury, self._answered))
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
            self._places.add_lone(child, long=long)
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
        while sum(self._give(index) for index in range(len(self._places))):
            pass

    def _give(self, index: int) -> bool:
        with self._guard:
            if self._closed.is_set() or not self._turns.wants(index):
                return False
            child = self._places.at(index)
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
            self._places.take_back(child)
        self._feed()

    def _bury(self, child: Child, unanswered: list[Call]) -> None:
        """Replace a child that ended, and see to the calls that it left."""
        with self._guard:
            self._places.remove(child, in_trouble=child.ready)
            if self._closed.is_set() or not child.ready:
                _tell(unanswered, CompilerUnavailable(f"The compiler child {child.reason}"))
                unanswered = []
            else:
                self._restarted(child.reason)
            self._turns.put_back(unanswered[1:])
        for suspect in unanswered[:1]:
            self._judge(suspect, child)
        self._feed()

    def _judge(self, suspect: Call, child: Child) -> None:
        if child.at_fault:
            self._reject(suspect, child)
        elif self._places.crowded():
            _tell([suspect], _BUSY)
        else:
            try:
                self.submit_alone(suspect, long=False)
            except CompilerUnavailable as closed:
                _tell([suspect], closed)

    def _refuse(self, child: Child, unanswered: list[Call]) -> None:
        """Tell whose fault it was: nobody else's, for it was alone."""
        with self._guard:
            self._places.remove(child)
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
            with self._guard:
                self._places.prepare()
            for child in self._children():
                spent = child.inspect(self._limits.memory_megabytes)
                if spent > QUICK_SECONDS:
                    self._relieve(child, spent)

    def _relieve(self, child: Child, spent: float) -> None:
        """Let nobody wait for what takes long, nor for the processor that it takes."""
        with self._guard:
            index = self._places.of(child)
            if index is None or not (spent > LONG_SECONDS or child.load > 1 or self._turns.wants(index)):
                return
            if self._places.crowded():
                if spent > HEAVY_SECONDS:
                    child.kill("has other files to do that take long")
                return
            self._places.send_away(child, index)
            self._turns.put_back(child.leave_alone())
        self._feed()

    def _children(self) -> list[Child]:
        with self._guard:
            return self._places.every()

    def _command(self) -> list[str]:
        return compiler_node.command(self._limits.stack_kilobytes, self._limits.memory_megabytes)

    def _must_be_open(self) -> None:
        if self._closed.is_set():
            raise CompilerUnavailable("The compiler is closed")


def _tell(calls: list[Call], error: Exception) -> None:
    for call in calls:
        with suppress(Exception):  # told already
            call.answer.set_exception(error)
