"""The truth behind the streams, read from Postgres: many apps at a time, patient while it is away.

Each new connection says first which history it leads to, so that nothing is ever served from a restored database
under the name of the one before.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakSet

import psycopg
import structlog

from gateway import sse
from gateway.gather import Gather
from sql import progress
from sql.database import AsyncPool, AsyncTx, is_away, new_async_pool
from sql.progress import Numbered

log = structlog.get_logger()

PAGE = 200
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_POOL = 6
_READERS = 2
_TOGETHER = 100

Q = TypeVar("Q")
A = TypeVar("A")


class PostgresHistory:
    """The steps and heads of every app."""

    def __init__(self, url: str, *, name: str) -> None:
        self.pool: AsyncPool = new_async_pool(url, size=_POOL, name=name, configure=self._introduce)
        self.epoch = ""
        self._current: WeakSet[AsyncTx] = WeakSet()
        #: Called when there is a new connection, for the database may have been away; and when history is another.
        self.on_connect: Callable[[], None] = _nothing
        self.on_change: Callable[[], None] = _nothing
        self._pages: Gather[tuple[str, int], list[sse.Frame]] = Gather(
            lambda cursors: self.patiently(self._read_pages, cursors), most=_TOGETHER, at_once=_READERS
        )
        self._heads: Gather[str, int] = Gather(
            lambda app_ids: self.patiently(self._read_heads, app_ids), most=100_000, at_once=1
        )

    async def open(self) -> None:
        """Begin to connect; this does not wait for the database."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """End every question, then the connections."""
        await self._pages.close()
        await self._heads.close()
        await self.pool.close()

    async def after(self, app_id: str, seq: int) -> list[sse.Frame]:
        """Return a page of an app's story behind a number."""
        return await self._pages((app_id, seq))

    async def heads(self, app_ids: Collection[str]) -> dict[str, int]:
        """Return each app's newest number."""
        if len(app_ids) == 1:
            (app_id,) = app_ids
            return {app_id: await self._heads(app_id)}
        return await self.patiently(self._read_heads, list(app_ids))

    async def known(self) -> str:
        """Return the name of this history, as soon as there has been a connection."""
        if not self.epoch:
            await self.patiently(self._read_heads, [])
        return self.epoch

    async def check_epoch(self) -> None:
        """Ask which history this is; somebody may have restored it under our feet."""
        async with self.connection() as tx:
            self._learn(tx, await progress.epoch(tx))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncTx]:
        """Lend a connection into the current history; one that leads elsewhere is closed."""
        async with self.pool.connection() as tx:
            if tx not in self._current:
                await tx.close()
                raise psycopg.OperationalError("the connection led into an earlier history")
            yield tx

    async def _introduce(self, tx: AsyncTx) -> None:
        """Learn where a new connection leads before anything is read from it."""
        self._learn(tx, await progress.epoch(tx))
        self.on_connect()

    def _learn(self, tx: AsyncTx, epoch: str) -> None:
        before, self.epoch = self.epoch, epoch
        if before == epoch:
            self._current.add(tx)
            return
        self._current = WeakSet([tx])
        if before:
            log.warning("history_changed", before=before, now=epoch)
            self.on_change()

    async def _read_pages(self, cursors: list[tuple[str, int]]) -> dict[tuple[str, int], list[sse.Frame]]:
        async with self.connection() as tx:
            epoch = self.epoch
            pages = await progress.pages(tx, cursors, PAGE)
        return {cursor: [_frame(epoch, step) for step in steps] for cursor, steps in pages.items()}

    async def _read_heads(self, app_ids: list[str]) -> dict[str, int]:
        async with self.connection() as tx:
            return await progress.heads(tx, app_ids)

    async def patiently(self, read: Callable[[Q], Awaitable[A]], question: Q) -> A:
        """Ask until the database answers: streams stay open meanwhile, and lose nothing."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return await read(question)
            except psycopg.Error as error:
                if not is_away(error):
                    raise
                log.warning("history_waits", error=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _nothing() -> None:
    """Tell nobody."""


def _frame(epoch: str, step: Numbered) -> sse.Frame:
    return sse.frame(epoch, step.seq, step.kind, step.message_id, step.data)
