"""A small client of streams, which says everything that it was told."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tests.patience import PATIENCE


@dataclass
class Heard:
    """One block of a stream."""

    fields: dict[str, str]

    @property
    def kind(self) -> str:
        return self.fields.get("event", "")

    @property
    def cursor(self) -> str:
        return self.fields.get("id", "")

    @property
    def seq(self) -> int:
        return int(self.cursor.partition(".")[2])

    @property
    def data(self) -> Any:
        return json.loads(self.fields["data"])


@dataclass
class Stream:
    """An open stream."""

    url: str
    app_id: str
    token: str | None
    query: str = ""
    cursor: str | None = None
    heard: list[Heard] = field(default_factory=list)
    status: int = 0
    head: bytes = b""
    ended: bool = False
    cleanly: bool = False

    async def open(self) -> Self:
        where = urlsplit(self.url)
        self.reader, self.writer = await asyncio.open_connection(where.hostname, where.port)
        lines = [f"GET /v1/apps/{self.app_id}/events{self.query} HTTP/1.1", "Host: gateway"]
        lines += [f"Authorization: Bearer {self.token}"] if self.token else []
        lines += [f"Last-Event-ID: {self.cursor}"] if self.cursor is not None else []
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        self.head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        self.status = int(self.head.split(b" ", 2)[1])
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._read())
        return self

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_raised: object) -> None:
        await self.close()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)

    async def _read(self) -> None:
        text = b""
        try:
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                text += (await self.reader.readexactly(size + 2))[:-2]
                *blocks, text = text.split(b"\n\n")
                self.heard += [_block(block.decode()) for block in blocks]
                self._changed.set()
            self.cleanly = True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended = True
            self._changed.set()

    async def _until(self, true: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def next(self, kind: str) -> Heard:
        """Wait for the first block of a kind, and take it and all before it."""
        await self._until(lambda: self.ended or any(block.kind == kind for block in self.heard))
        place = next((n for n, block in enumerate(self.heard) if block.kind == kind), None)
        assert place is not None, f"the stream ended without {kind}: {self.head!r}"
        found, self.heard = self.heard[place], self.heard[place + 1 :]
        return found

    async def until_opened(self) -> None:
        """Wait for the first block."""
        await self._until(lambda: self.heard)

    async def until_beat(self) -> None:
        """Wait for a comment."""
        await self._until(lambda: any("comment" in block.fields for block in self.heard))

    async def until_cursor(self, seq: int) -> None:
        """Wait until the stream has come as far as a number."""
        await self._until(lambda: any(block.cursor and block.seq >= seq for block in self.heard))

    async def until_ended(self) -> None:
        """Wait until the other side has had enough."""
        await self._until(lambda: self.ended)

    @property
    def last_cursor(self) -> str:
        """Return what a browser would send when it comes back."""
        return next(block.cursor for block in reversed(self.heard) if block.cursor)

    @property
    def seqs(self) -> list[int]:
        """Return the numbers of the steps, in the order in which they came."""
        return [block.seq for block in self.heard if block.kind in {"progress", "file-stored"}]


def _block(text: str) -> Heard:
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, _colon, value = line.partition(":")
        fields[name or "comment"] = value.removeprefix(" ")
    return Heard(fields)
