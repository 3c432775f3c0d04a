"""The modules of apps as one script each, written once for every revision that is asked for."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from edge import registry
from edge.memory import Memory
from gateway import sse
from gateway.history import PostgresHistory
from sql import pages
from sql.pages import Module

_BOOKS, _MAPS = 64, 16
_LAST = "__fleet.start();\n"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book:
    """All modules of one revision."""

    rev: str
    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Map:
    """Where the code of one revision comes from."""

    rev: str
    text: bytes


class Library:
    """Books and their maps, those that were asked for last; who asks while one is being made shares it."""

    def __init__(self, history: PostgresHistory) -> None:
        self._history = history
        self._books: Memory[str, Book] = Memory(_BOOKS)
        self._maps: Memory[str, Map] = Memory(_MAPS)
        self._writing: dict[str, asyncio.Task[Book]] = {}
        self._drawing: dict[str, asyncio.Task[Map]] = {}

    async def book(self, app_id: str, rev: str) -> Book:
        """Return the newest, which is no older than a page's revision."""
        book = await _shared(self._writing, app_id, self._newest)
        wanted = sse.parse_cursor(rev, self._history.epoch)
        # It may have been begun before that revision: its page would never hear of what it lacks.
        return book if wanted is None or book.number >= wanted else await self._newest(app_id)

    def prepare(self, app_id: str) -> None:
        """Begin with the newest: pages were told of it, and are about to ask."""
        if app_id not in self._writing:
            _begin(self._writing, app_id, self._newest).add_done_callback(_heard)

    async def source_map(self, app_id: str, rev: str) -> bytes | None:
        """Return where the code of a revision comes from, while it is the newest, or remembered."""
        known = self._maps.get(app_id)
        if known is None or known.rev != rev:
            if (await self.book(app_id, rev)).rev != rev:
                return None
            known = await _shared(self._drawing, app_id, self._draw)
        return known.text if known.rev == rev else None

    async def _draw(self, app_id: str) -> Map:
        number, modules, epoch = await self._read(app_id, -1, mapped=True)
        text = await asyncio.to_thread(registry.joined_map, [(_definition(one), one.map) for one in modules or ()])
        return self._maps.put(app_id, Map(sse.cursor(epoch, number), text.encode()))

    async def _newest(self, app_id: str) -> Book:
        known = self._books.get(app_id)
        here = known is not None and known.rev == sse.cursor(self._history.epoch, known.number)
        number, modules, epoch = await self._read(app_id, known.number if known and here else -1)
        if modules is None and known is not None:
            return known
        rev = sse.cursor(epoch, number)
        text = await asyncio.to_thread(_text, modules or [], rev)
        return self._books.put(app_id, Book(rev, number, text))

    async def _read(self, app_id: str, known: int, *, mapped: bool = False) -> tuple[int, list[Module] | None, str]:
        async with self._history.connection() as tx:
            epoch = self._history.epoch
            return *await pages.modules(tx, app_id, known, mapped=mapped), epoch


async def _shared(working: dict[str, asyncio.Task[T]], app_id: str, work: Callable[[str], Coroutine[Any, Any, T]]) -> T:
    """Join what is being made for an app, or begin."""
    return await asyncio.shield(working.get(app_id) or _begin(working, app_id, work))


def _begin(
    working: dict[str, asyncio.Task[T]], app_id: str, work: Callable[[str], Coroutine[Any, Any, T]]
) -> asyncio.Task[T]:
    task = working[app_id] = asyncio.create_task(work(app_id))
    task.add_done_callback(lambda _done: working.pop(app_id, None))
    return task


def _heard(task: "asyncio.Task[Any]") -> None:
    """Look at how it went: who asks next asks anew, and is told."""
    if not task.cancelled():
        task.exception()


def _definition(module: Module) -> str:
    return registry.define(module.module_id, json.loads(module.deps), module.code)


def _text(modules: list[Module], rev: str) -> bytes:
    last = f"{_LAST}//# sourceMappingURL=/__fleet/app.js.map?v={rev}\n"
    return "".join([*map(_definition, modules), last]).encode()
