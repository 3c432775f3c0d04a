"""How often somebody may ask: some at once, then at a steady rate. Each gateway counts what it is asked itself."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from edge.memory import Memory
from gateway.problem import Problem

_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second, after so many at once."""

    a_second: float
    at_once: float


class Allowances:
    """Counts by whom and for what."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: Memory[Hashable, tuple[float, float]] = Memory(_REMEMBERED)

    def wait(self, who: Hashable, rate: Rate) -> float:
        """Count one more, and return nought, or count nothing and return how long to wait."""
        now = self._clock()
        left, since = self._left.get(who) or (rate.at_once, now)
        left = min(rate.at_once, left + (now - since) * rate.a_second)
        self._left.put(who, (left - 1 if left >= 1 else left, now))
        return 0.0 if left >= 1 else (1 - left) / rate.a_second

    def must_admit(self, who: Hashable, rate: Rate, detail: str) -> None:
        """Refuse whoever asks too often, and say when to come back."""
        if seconds := self.wait(who, rate):
            raise Problem(429, detail, headers={"Retry-After": str(math.ceil(seconds))})
