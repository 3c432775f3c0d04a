"""The children: shares calls out among them and outlives whatever a file does to one."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from edge import compiler_node
from edge.compiler_child import Call, Child, Gone

WATCH_SECONDS = 0.1


class CompilerUnavailable(Exception):
    """No child could be started, or the compiler is closed: try again later."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take before its child is killed."""

    compile_seconds: float = 5.0
    css_seconds: float = 15.0
    prebundle_seconds: float = 120.0
    memory_megabytes: int = 1024
    stack_kilobytes: int = 262_144


class Pool:
    """Children that are started anew when they end.

    A call whose child dies under it is tried once more in a child of its own, and refused if that dies too. What the
    first child had not come to is given to another.
    """

    def __init__(self, children: int, limits: Limits, restarted: Callable[[str], None]) -> None:
        self._limits = limits
        self._restarted = restarted
        self._guard = threading.RLock()
        self._closed = threading.Event()
        self._lone: set[Child] = set()
        self._shared: list[Child | None] = [None] * children
        for index in range(children):
            self._at(index)
        self._watch = threading.Thread(target=self._look_after, name="compiler-watch", daemon=True)
        self._watch.start()

    def submit(self, call: Call, index: int | None = None) -> None:
        """Give the call to the child at the index, else to the one with the least to do."""
        while True:
            with suppress(Gone):
                self._at(self._freest() if index is None else index).submit(call)
                return

    def submit_alone(self, call: Call) -> None:
        """Give the call to a child that does nothing else, and refuse it if that child dies."""
        with self._guard:
            self._must_be_open()
            child = Child(self._command(), compiler_node.HERE, self._refuse)
            self._lone.add(child)
        call.answer.add_done_callback(lambda _: child.finish())
        child.submit(call)

    def pids(self) -> list[int]:
        """List the processes that run now."""
        return [child.pid for child in self._children()]

    def close(self) -> None:
        """End every child; whoever still waits is told."""
        self._closed.set()
        for child in self._children():
            child.close()
        self._watch.join()

    def _at(self, index: int) -> Child:
        with self._guard:
            self._must_be_open()
            child = self._shared[index]
            if child is None:
                child = self._shared[index] = Child(self._command(), compiler_node.HERE, self._bury)
            return child

    def _freest(self) -> int:
        loads = [child.load if child else 0 for child in self._shared]
        return loads.index(min(loads))

    def _bury(self, child: Child, unanswered: list[Call]) -> None:
        """Replace a child that ended, and see to the calls that it left."""
        with self._guard:
            self._shared = [None if one is child else one for one in self._shared]
        if self._closed.is_set() or not child.ready:
            _tell(unanswered, CompilerUnavailable(f"The compiler child {child.reason}"))
            return
        self._restarted(child.reason)
        try:
            for call in unanswered[1:]:
                self.submit(call)
            for suspect in unanswered[:1]:
                self.submit_alone(suspect)
        except CompilerUnavailable as closed:
            _tell(unanswered, closed)

    def _refuse(self, child: Child, unanswered: list[Call]) -> None:
        """Tell whose fault it was: nobody else's, for it was alone."""
        with self._guard:
            self._lone.discard(child)
        if self._closed.is_set() or not child.ready:
            _tell(unanswered, CompilerUnavailable(f"The compiler child {child.reason}"))
            return
        for call in unanswered:
            self._restarted(child.reason)
            call.refuse(f"This cannot be compiled: the compiler {child.reason}")

    def _look_after(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            for child in self._children():
                child.inspect(self._limits.memory_megabytes)

    def _children(self) -> list[Child]:
        with self._guard:
            return [child for child in (*self._shared, *self._lone) if child]

    def _command(self) -> list[str]:
        return compiler_node.command(self._limits.stack_kilobytes, self._limits.memory_megabytes)

    def _must_be_open(self) -> None:
        if self._closed.is_set():
            raise CompilerUnavailable("The compiler is closed")


def _tell(calls: list[Call], error: Exception) -> None:
    for call in calls:
        if not call.answer.done():
            call.answer.set_exception(error)
