"""Waiting for what is away: nothing is decided meanwhile, and only a worker that leaves gives up."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from actors.runtime.wire import Away
from sql.database import is_away

log = structlog.get_logger()
T = TypeVar("T")

LONGEST_WAIT = 1.0


class Stopping(Exception):
    """The worker is leaving; what it holds goes back to the broker untouched."""


@dataclass(frozen=True)
class Patience:
    """A worker's, for as long as it stays."""

    stopping: threading.Event

    def repeat(self, step: Callable[[], T], away: Callable[[BaseException], bool] = is_away) -> T:
        """Repeat a step while the database or the broker is away; give up only when the worker leaves."""
        wait = 0.05
        while True:
            try:
                return step()
            except Exception as error:
                if not away(error):
                    raise
                log.warning("waiting", error=repr(error), seconds=wait)
            if self.stopping.wait(wait * random.uniform(0.75, 1)):  # noqa: S311 - jitter
                raise Stopping
            wait = min(wait * 2, LONGEST_WAIT)


def broker_is_away(error: BaseException) -> bool:
    """Tell whether the broker was missing, or took nothing."""
    return isinstance(error, Away | TimeoutError)
