"""What has to be done again and again while something else goes on, on a thread of its own."""

import threading
from collections.abc import Callable, Sequence

import structlog

log = structlog.get_logger()


def keep(every: float, kept: Sequence[Callable[[], object]], stopping: threading.Event) -> None:
    """Do it whatever happens, until it is over."""
    while not stopping.wait(every):
        for duty in kept:
            try:
                duty()
            except Exception as error:  # noqa: BLE001 - the next round tries again
                log.warning("duty_failed", error=repr(error))
