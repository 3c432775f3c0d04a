"""A client of the stream that comes back wherever it can, and remembers whatever was wrong."""

import asyncio
import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any, Self

from gateway.tokens import mint
from tests.faults.ground import SECRET
from tests.patience import PATIENCE

_PAUSE = 0.05


class Follower:
    """Follows one app as EventSource does: with the last id, at one replica after the other."""

    def __init__(self, app_id: str, *addresses: str, cursor: str = "0", dawdle: float = 0) -> None:
        self.app_id, self.cursor, self.dawdle = app_id, cursor, dawdle
        self.last = 0
        self.flaws: list[str] = []
        self.resets: list[int] = []
        self.kinds: list[str] = []
        self.connections = 0
        self._addresses = cycle(addresses)
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Follow until cancelled."""
        for address in self._addresses:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._follow_once(address)
            await asyncio.sleep(_PAUSE)

    async def reach(self, seq: int) -> None:
        """Wait until a step has been seen, and see that nothing was wrong on the way."""
        async with asyncio.timeout(PATIENCE):
            while self.last < seq:
                self._news.clear()
                await self._news.wait()
        assert self.flaws == []

    async def _follow_once(self, address: str) -> None:
        host, _colon, port = address.rpartition(":")
        reader, writer = await self._connect(host, int(port))
        try:
            writer.write(self.request(host))
            if b"200" not in await reader.readline():
                return
            self.connections += 1
            await reader.readuntil(b"\r\n\r\n")
            while True:
                self._take(await reader.readuntil(b"\n\n"))
                if self.dawdle:
                    await asyncio.sleep(self.dawdle)
        finally:
            writer.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        client = socket.socket()
        client.setblocking(False)
        if self.dawdle:  # what the kernel keeps for it must not hide that it is slow
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            await asyncio.get_running_loop().sock_connect(client, (host, port))
        except OSError:
            client.close()
            raise
        return await asyncio.open_connection(sock=client)

    def request(self, host: str) -> bytes:
        """Return what is asked; 1.0, so that the answer comes without chunks."""
        token = mint(SECRET, role="viewer", apps=("*",), ttl=3600)
        asked = f"GET /v1/apps/{self.app_id}/events HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        return f"{asked}Last-Event-ID: {self.cursor}\r\n\r\n".encode()

    def _take(self, frame: bytes) -> None:
        lines = [line.partition(": ") for line in frame.decode().splitlines()]
        fields = {name: value for name, _colon, value in lines if name}
        self.cursor = fields.get("id", self.cursor)
        if "event" in fields:
            self._hear(fields["event"], json.loads(fields["data"]))

    def _hear(self, kind: str, said: dict[str, Any]) -> None:
        if kind == "reset":
            self.resets.append(said["seq"])
        elif said["seq"] != self.last + 1:
            self.flaws.append(f"{said['seq']} after {self.last}")
        self.last = said["seq"]
        self.kinds.append(kind)
        self._news.set()


class Crowd:
    """Many followers at once, that are let go at the end."""

    def __init__(self, followers: Sequence[Follower]) -> None:
        self.followers = followers
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(follower.follow()) for follower in self.followers]
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reach(self, seq: int) -> None:
        """Wait until everybody has seen a step."""
        await asyncio.gather(*(follower.reach(seq) for follower in self.followers))
