"""A small origin on a unix socket: it remembers who asked, and answers as a test tells it to."""

import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from types import TracebackType
from typing import ClassVar, Self


class Request(BaseHTTPRequestHandler):
    """One connection; by default it is told what arrived."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    routes: ClassVar[dict[str, Callable[["Request"], None]]]
    seen: ClassVar[list[str]]

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.routes.get(self.path.partition("?")[0], Request.echo)(self)
        self.wfile.flush()

    do_POST = do_GET  # noqa: N815 - http.server names them so

    def echo(self) -> None:
        arrived = {"method": self.command, "target": self.path, "headers": dict(self.headers.items())}
        self.answer(json.dumps(arrived).encode(), ("content-type", "application/json"))

    def answer(self, body: bytes, *headers: tuple[str, str], status: int = 200) -> None:
        self.begin(status, ("content-length", str(len(body))), *headers)
        self.wfile.write(body)

    def begin(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        self._open: list[socket.socket] = []
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self._open.append(connection)
        return connection, address

    def hang_up(self) -> None:
        """Cut every connection, as the end of a process does."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Origin:
    """Listens at `{home}/run/origin.sock` between enter and exit."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "run"
        self.routes: dict[str, Callable[[Request], None]] = {}
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        routes = {"routes": self.routes, "seen": self.seen}
        # The way to a socket must be short; a test's home lies deep.
        descriptor = os.open(self._directory, os.O_RDONLY)
        (self._directory / "origin.sock").unlink(missing_ok=True)
        self._server = _Server(f"/proc/self/fd/{descriptor}/origin.sock", type("Bound", (Request,), routes))
        os.close(descriptor)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()
        (self._directory / "origin.sock").unlink()
