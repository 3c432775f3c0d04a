"""The unix socket on which the local edge reaches the origin: whoever can open it is believed to be the edge."""

import os
import socket
from pathlib import Path

NAME = "origin.sock"
_BACKLOG = 1_024


def listen(directory: Path) -> socket.socket:
    """Listen there from one moment to the next: a gateway that is ending keeps the connections it has."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fresh = f"{NAME}.{os.getpid()}"
        # A socket's name must be short, and a home may lie deep.
        near = Path(f"/proc/self/fd/{descriptor}")
        (directory / fresh).unlink(missing_ok=True)
        listening.bind(str((near if near.exists() else directory) / fresh))
        (directory / fresh).chmod(0o600)
        listening.listen(_BACKLOG)
        (directory / fresh).rename(directory / NAME)
    except BaseException:
        listening.close()
        raise
    finally:
        os.close(descriptor)
    return listening
