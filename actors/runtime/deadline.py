"""A time limit for handlers, and a watch over a worker's threads.

Past its limit a handler gets an exception; one that does not even hear that (it hangs in a system call) costs the
process its life, for the supervisor starts another and the broker delivers again.
"""

import os
import threading
import time
from collections.abc import Callable

import structlog
from dramatiq.middleware import TimeLimitExceeded, raise_thread_exception

log = structlog.get_logger()

__all__ = ["Deadlines", "TimeLimitExceeded"]

_GRACE = 10.0
EXIT_STATUS = 70


class Deadlines:
    """Until when each thread may work."""

    def __init__(self, *, grace: float = _GRACE) -> None:
        self.grace = grace
        self._lock = threading.Lock()
        self._until: dict[int, float] = {}
        self._warned: set[int] = set()

    def begin(self, seconds: float) -> None:
        """Give the calling thread so long for what follows; `end` must follow."""
        with self._lock:
            self._until[threading.get_ident()] = time.monotonic() + seconds

    def end(self) -> None:
        """Leave the calling thread alone."""
        me = threading.get_ident()
        try:
            self._let_go(me)
        except TimeLimitExceeded:  # it was on its way while this thread waited for the lock
            self._let_go(me)
            raise

    def _let_go(self, thread: int) -> None:
        """Forget a thread; under the lock nobody interrupts it for what it has just finished."""
        with self._lock:
            self._until.pop(thread, None)
            self._warned.discard(thread)

    def enforce(self) -> bool:
        """Interrupt who is late; return whether somebody has not heard it."""
        now, deaf = time.monotonic(), False
        with self._lock:
            for thread, until in self._until.items():
                if now > until and thread not in self._warned:
                    self._warned.add(thread)
                    raise_thread_exception(thread, TimeLimitExceeded)  # type: ignore[no-untyped-call]
                deaf = deaf or now > until + self.grace
        return deaf


def watch(deadlines: Deadlines, living: Callable[[], dict[str, bool]], stopping: threading.Event) -> None:
    """Look after a worker's threads until it stops; leave the process when one is dead or deaf."""
    while not stopping.wait(0.5):
        dead = [name for name, alive in living().items() if not alive]
        deaf = deadlines.enforce()
        if (dead or deaf) and not stopping.is_set():
            log.critical("threads_lost", dead=dead, deaf=deaf)
            os._exit(EXIT_STATUS)
