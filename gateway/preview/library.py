"""The modules of apps as one script each, written once for every revision that is asked for."""

import asyncio
import json
from dataclasses import dataclass

from edge import registry
from edge.memory import Memory
from gateway import sse
from gateway.history import PostgresHistory
from sql import pages
from sql.pages import Module

_BOOKS = 64
_LAST = "__fleet.start();\n"


@dataclass(frozen=True, slots=True)
class Book:
    """All modules of one revision."""

    rev: str
    number: int
    text: bytes


class Library:
    """Books, those that were asked for last."""

    def __init__(self, history: PostgresHistory) -> None:
        self._history = history
        self._books: Memory[str, Book] = Memory(_BOOKS)
        self._writing: dict[str, asyncio.Task[Book]] = {}

    async def book(self, app_id: str, rev: str) -> Book:
        """Return the newest, which is no older than a page's revision; who asks while it is being written shares it."""
        task = self._writing.get(app_id)
        if task is None:
            task = self._writing[app_id] = asyncio.create_task(self._newest(app_id))
            task.add_done_callback(lambda _done: self._writing.pop(app_id, None))
        book = await asyncio.shield(task)
        wanted = sse.parse_cursor(rev, self._history.epoch)
        # It may have been begun before that revision: its page would never hear of what it lacks.
        return book if wanted is None or book.number >= wanted else await self._newest(app_id)

    async def source_map(self, app_id: str, rev: str) -> str | None:
        """Return where the code of a revision comes from, while it is the newest."""
        number, modules, epoch = await self._read(app_id, -1)
        if sse.cursor(epoch, number) != rev:
            return None
        return await asyncio.to_thread(registry.joined_map, [(_definition(one), one.map) for one in modules or ()])

    async def _newest(self, app_id: str) -> Book:
        known = self._books.get(app_id)
        here = known is not None and known.rev == sse.cursor(self._history.epoch, known.number)
        number, modules, epoch = await self._read(app_id, known.number if known and here else -1)
        if modules is None and known is not None:
            return known
        rev = sse.cursor(epoch, number)
        text = await asyncio.to_thread(_text, modules or [], rev)
        return self._books.put(app_id, Book(rev, number, text))

    async def _read(self, app_id: str, known: int) -> tuple[int, list[Module] | None, str]:
        async with self._history.connection() as tx:
            epoch = self._history.epoch
            return *await pages.modules(tx, app_id, known), epoch


def _definition(module: Module) -> str:
    return registry.define(module.module_id, json.loads(module.deps), module.code)


def _text(modules: list[Module], rev: str) -> bytes:
    last = f"{_LAST}//# sourceMappingURL=/__fleet/app.js.map?v={rev}\n"
    return "".join([*map(_definition, modules), last]).encode()
