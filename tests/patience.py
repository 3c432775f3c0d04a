"""How long a test waits for what is bound to come: a slow machine takes its time, only a fault takes longer."""

import time
from collections.abc import Callable

PATIENCE = 60


def until(true: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait for what nobody announces."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.02)
