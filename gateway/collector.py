"""The garbage collector, told that this process holds ten thousand long-lived connections.

A full collection walks through every object of every connection: a pause of half a second. So young objects are
collected as ever, the old ones hardly, and what has lived for a while is taken out of sight (see the sweeper).
"""

import gc
import time

from actors.runtime.telemetry import Metrics

_YOUNG, _MIDDLE, _OLD = 2_000, 10, 1_000_000
_WORTH_SAYING = 0.001


def tame(metrics: Metrics) -> None:
    """Set the thresholds and measure the pauses that are left."""
    began = 0.0

    def watch(phase: str, _info: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.perf_counter()
        elif (seconds := time.perf_counter() - began) > _WORTH_SAYING:
            metrics.gc_pause_seconds.observe(seconds)

    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    gc.callbacks.append(watch)
