"""`python -m tests.bench.swarm HOST:PORT TOKEN`: thousands of clients in one process, told by lines what to do.

They follow stories; given the path of a socket instead, where the edge asks, they are open pages of previews.

A protocol and a counter each, nothing else: a client that costs more than the server measures itself.
"""

import asyncio
import json
import resource
import socket
import struct
import sys
from array import array
from contextlib import suppress
from typing import Any, cast

import uvloop

from tests.bench.marks import found, now

_AT_ONCE = 400
_OPENED_WITHIN = 30.0
#: Hang up without a farewell: thirty thousand ports in TIME_WAIT would leave none for the next benchmark.
_ABRUPTLY = struct.pack("ii", 1, 0)


class Swarm:
    """All clients of this process and what they have received since they were last asked."""

    def __init__(self, address: str, token: str) -> None:
        host, _colon, port = address.rpartition(":")
        self._where: str | tuple[str, int] = (host, int(port)) if host else address
        self._address, self._token = address, token
        self._clients: list[Client] = []
        self._sent, self._came = array("q"), array("q")
        self._enough = asyncio.Event()
        self._wanted = 0
        self.lost = 0

    def receive(self, data: bytes) -> None:
        came = now()
        for sent in set(found(data)):  # a module bears its mark, and so does its source map
            self._sent.append(sent)
            self._came.append(came)
        if len(self._came) >= self._wanted:
            self._enough.set()

    async def open(self, streams: list[tuple[str, str]]) -> dict[str, Any]:
        """Open streams, some at a time, and return once each has been answered or given up."""
        began, turns, failed = now(), asyncio.Semaphore(_AT_ONCE), 0

        async def one(app_id: str, cursor: str) -> bool:
            async with turns:
                with suppress(OSError, TimeoutError):
                    await self._connect(app_id, cursor)
                    return True
            return False

        opened = await asyncio.gather(*(one(app_id, cursor) for app_id, cursor in streams))
        failed = opened.count(False)
        return {"opened": len(streams) - failed, "failed": failed, "began": began, "ended": now()}

    async def expect(self, count: int, seconds: float) -> dict[str, Any]:
        """Return when each mark was sent and came, once there are so many or the time is over."""
        self._wanted = count
        self._enough.clear()
        if len(self._came) < count:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), seconds)
        answer = {"sent": list(self._sent), "came": list(self._came), "lost": self.lost}
        self._sent, self._came, self._wanted = array("q"), array("q"), 0
        return answer

    def close(self) -> dict[str, Any]:
        for client in self._clients:
            client.close()
        self._clients.clear()
        self.lost = 0
        return {}

    async def _connect(self, app_id: str, cursor: str) -> None:
        loop = asyncio.get_running_loop()
        plug = socket.socket(socket.AF_UNIX if isinstance(self._where, str) else socket.AF_INET)
        plug.setblocking(False)
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        async with asyncio.timeout(_OPENED_WITHIN):
            await loop.sock_connect(plug, self._where)
            answered: asyncio.Future[None] = loop.create_future()
            request = self._request(app_id, cursor)
            _transport, client = await loop.create_connection(lambda: Client(self, request, answered), sock=plug)
            self._clients.append(client)
            await answered

    def _request(self, app_id: str, cursor: str) -> bytes:
        if isinstance(self._where, str):
            edge = f"X-Edge-App: {app_id}\r\nX-Edge-Environment: preview\r\n"
            return f"GET /__fleet/updates?rev={cursor} HTTP/1.1\r\nHost: origin\r\n{edge}\r\n".encode()
        resume = f"Last-Event-ID: {cursor}\r\n" if cursor else ""
        head = f"GET /v1/apps/{app_id}/events HTTP/1.1\r\nHost: {self._address}\r\n{resume}"
        return f"{head}Authorization: Bearer {self._token}\r\n\r\n".encode()


class Client(asyncio.Protocol):
    """One stream."""

    __slots__ = ("_answered", "_closing", "_request", "_swarm", "_transport")

    def __init__(self, swarm: Swarm, request: bytes, answered: asyncio.Future[None]) -> None:
        self._swarm, self._request = swarm, request
        self._answered: asyncio.Future[None] | None = answered
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)
        self._request = b""

    def data_received(self, data: bytes) -> None:
        if self._answered is not None and b"retry: 2000" in data:
            if not self._answered.done():
                self._answered.set_result(None)
            self._answered = None
        if b"@" in data:
            self._swarm.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("closed before it was answered"))
        self._swarm.lost += not self._closing

    def close(self) -> None:
        self._closing = True
        self._transport.abort()


async def main(address: str, token: str) -> None:
    """Do what each line says, and answer with a line."""
    swarm = Swarm(address, token)
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say({"event": "ready"})
    while line := await reader.readline():
        asked = json.loads(line)
        match asked.pop("do"):
            case "open":
                _say(await swarm.open(asked["streams"]))
            case "expect":
                _say(await swarm.expect(**asked))
            case "close":
                _say(swarm.close())


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))
    uvloop.run(main(*sys.argv[1:3]))
