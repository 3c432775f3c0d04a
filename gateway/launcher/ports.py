"""Free TCP ports on loopback."""

import random
import socket

LOOPBACK = "127.0.0.1"

#: Below every system's ephemeral range: a client that dials a stopped service's port
#: can then never be given that very port as its own, and so occupy it.
RANGE = range(20_000, 32_000)


def free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(count: int) -> tuple[int, ...]:
    """Return that many different free ports; another program may still be faster."""
    chosen: set[int] = set()
    while len(chosen) < count:
        port = random.choice(RANGE)  # noqa: S311 - a port is no secret
        if free(port):
            chosen.add(port)
    return tuple(chosen)


def next_free(wanted: int, host: str = LOOPBACK, promised: int | None = None) -> int:
    """Return the wanted port, or the first free one above it; 0 asks for any. One may be promised already."""
    if wanted == 0:
        return next(port for port in choose(2) if port != promised)
    return next(port for port in range(wanted, 65_536) if port != promised and free(port, host))
