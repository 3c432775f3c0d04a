"""The listening socket and the HTTP server behind it."""

import resource
import socket
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import uvicorn

from gateway.protocol import LimitedProtocol

_BACKLOG = 4_096
_KEEP_ALIVE = 75
_LAST_ANSWERS = 3

#: What the kernel keeps for a client that does not read; the rest waits with us, where it is counted.
_SEND_BUFFER = 128 * 1024
_UNANSWERED_MS = 30_000


def listen(address: str) -> socket.socket:
    """Open the port; connections inherit the socket's limits."""
    host, _colon, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, int(port)), family=family, backlog=_BACKLOG)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNANSWERED_MS)
    return listening


def raise_file_limit() -> None:
    """Allow as many open connections as the system lets us."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Server(uvicorn.Server):
    """uvicorn without its own ideas about signals: who runs it decides when it ends."""

    def __init__(self, app: Any, on_listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=LimitedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_LAST_ANSWERS,
            )
        )
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self._on_listening()

    @contextmanager
    def capture_signals(self) -> Any:
        """Leave signals to the root."""
        yield
