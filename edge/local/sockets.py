"""Unix sockets in a folder that may lie deep: the way to a socket must be short."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BACKLOG = 4_096


@contextmanager
def near(folder: Path) -> Iterator[Path]:
    """Return a short way to a folder, for as long as it is needed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        short = Path(f"/proc/self/fd/{descriptor}")
        yield short if short.exists() else folder
    finally:
        os.close(descriptor)


def listen(folder: Path, name: str) -> socket.socket:
    """Listen there, in the place of whoever did before."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    (folder / name).unlink(missing_ok=True)
    with near(folder) as short:
        listening.bind(str(short / name))
    (folder / name).chmod(0o600)
    listening.listen(_BACKLOG)
    return listening
