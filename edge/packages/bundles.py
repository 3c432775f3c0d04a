"""Bundles of packages by what apps ask for: each is made once, however many apps ask at once, on whatever machine."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass, field

from contracts.errors import Snooze
from edge.graph import Problem
from edge.memory import Memory
from edge.packages.installer import Installer, Refused
from edge.packages.making import Making
from edge.packages.shelf import Made, Shelf, Tell
from edge.packages.tree import Tree
from edge.packages.wanted import Wanted, not_named

#: How many installs run at once in a process, and how many of its worker threads may wait for one.
_AT_ONCE = 3
_WAITING = 2
_WAIT_SECONDS = 20.0
_LATER_SECONDS = 1.0
#: A failure is told to all who ask soon after; then the registry is asked again.
_FAILURE_SECONDS = 20.0


def today() -> int:
    """Return the number of the day: what `latest` means is asked once on each."""
    return int(time.time() // 86_400)


@dataclass
class Flight:
    """A bundle on its way, and the apps that were told to wait for it."""

    outcome: "Future[Made | Problem]" = field(default_factory=Future)
    told: set[str] = field(default_factory=set)


class Bundles:
    """Thread-safe; what is remembered here only saves the way to the shelf."""

    def __init__(self, installer: Installer, bundler: str, today: Callable[[], int] = today) -> None:
        self._installer, self._bundler, self._today = installer, bundler, today
        self._known: Memory[bytes, Made] = Memory(200)
        self._failed: Memory[bytes, tuple[float, Problem]] = Memory(200)
        self._flights: dict[bytes, Flight] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._waiting = threading.BoundedSemaphore(_WAITING)
        self._makers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="packages")

    def close(self) -> None:
        """End what runs."""
        self._stopping.set()
        self._installer.stop()
        self._makers.shutdown(cancel_futures=True)
        self._installer.close()

    def get(self, asked: Wanted, app_id: str, shelf: Shelf, tell: Tell) -> Made | Problem:
        """Return the bundle of what an app asks for; Snooze: it is being made, and no thread has to wait for that."""
        before, question = (asked.key(self._installer.registry, self._today() - days) for days in (1, 0))
        name = hashlib.sha256(question + json.dumps(asked.specs).encode()).digest()
        if (known := self._known.get(name)) is not None:
            return known
        if (failed := self._failed.get(name)) is not None and failed[0] > time.monotonic():
            return failed[1]
        found = self._look(asked, question, shelf)
        if isinstance(found, Made):
            return self._known.put(name, found)
        if found is not None:
            return found
        making = Making(self._installer, self._bundler, asked, (question, before), shelf, tell, self._stopping)
        return self._await(self._flight(name, making), app_id, tell)

    def _look(self, asked: Wanted, question: bytes, shelf: Shelf) -> Made | Problem | None:
        """Find what was made before, of the same question or, for another, of the same packages."""
        text = shelf.tree(question)
        if text is None:
            return None
        tree = Tree.parse(text)
        for name in asked.unnamed:
            if not tree.has(name):
                return not_named(name)
        found = shelf.bundle(tree.key(self._bundler, asked.specs))
        return Made(*found) if found else None

    def _flight(self, name: bytes, making: Making) -> Flight:
        """Join the one that is on its way, or begin it."""
        with self._guard:
            flight = self._flights.get(name)
            if flight is None:
                flight = self._flights[name] = Flight()
                self._makers.submit(self._fly, name, flight, making)
            return flight

    def _fly(self, name: bytes, flight: Flight, making: Making) -> None:
        """Make it, and tell everybody: those who wait, and those who come later."""
        outcome: Made | Problem
        try:
            outcome = self._known.put(name, making.make())
        except Refused as refused:
            outcome = refused.problem
            self._failed.put(name, (time.monotonic() + _FAILURE_SECONDS, outcome))
        except BaseException as error:  # noqa: BLE001 - whoever waits has to hear of it
            self._land(name)
            flight.outcome.set_exception(error)
            return
        self._land(name)
        flight.outcome.set_result(outcome)

    def _land(self, name: bytes) -> None:
        with self._guard:
            del self._flights[name]

    def _await(self, flight: Flight, app_id: str, tell: Tell) -> Made | Problem:
        """Wait where few do, and only once for an app; others come back later."""
        first = app_id not in flight.told
        flight.told.add(app_id)
        if first:
            tell("installing", "resolving the packages of the app")
        patient = first and self._waiting.acquire(blocking=False)
        try:
            with suppress(NotYet):
                return flight.outcome.result(_WAIT_SECONDS if patient else 0)
        finally:
            if patient:
                self._waiting.release()
        raise Snooze(_LATER_SECONDS)
