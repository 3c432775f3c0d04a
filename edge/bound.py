"""Binds a child's life to ours, so that nothing outlives us, however we end."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def to_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """Return what, run in the child, asks Linux to signal it when we die.

    Linux counts the *thread* as the parent: start the child from one that lives on.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, farewell)
        if os.getppid() != parent:
            os._exit(1)

    return bind
