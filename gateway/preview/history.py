"""Every revision of a preview in the words that its open pages hear, read from Postgres."""

import json
from collections.abc import Collection
from typing import Any

from edge import revision
from edge.memory import Memory
from gateway import sse
from gateway.gather import Gather
from gateway.history import PostgresHistory
from sql import previews, units
from sql.database import AsyncTx, enter
from sql.units import Code

#: A page so far behind reads on after this many.
PAGE = 20
_TOGETHER = 20
_READERS = 2
_UNITS, _TEXTS = 1_000, 200

Cursor = tuple[str, int]


class PreviewHistory:
    """The log of revisions. What it names by hash never changes, and is remembered."""

    def __init__(self, history: PostgresHistory) -> None:
        self._history = history
        self._code: Memory[bytes, Code] = Memory(_UNITS)
        self._texts: Memory[bytes, bytes] = Memory(_TEXTS)
        self._pages: Gather[Cursor, list[sse.Frame]] = Gather(
            lambda cursors: history.patiently(self._read_pages, cursors), most=_TOGETHER, at_once=_READERS
        )
        self._heads: Gather[str, int] = Gather(
            lambda app_ids: history.patiently(self._read_heads, app_ids), most=100_000, at_once=1
        )

    @property
    def epoch(self) -> str:
        """Return the name of this history."""
        return self._history.epoch

    async def known(self) -> str:
        """Return it as soon as there has been a connection."""
        return await self._history.known()

    async def close(self) -> None:
        """End every question."""
        await self._pages.close()
        await self._heads.close()

    async def heads(self, app_ids: Collection[str]) -> dict[str, int]:
        """Return each app's newest revision."""
        if len(app_ids) == 1:
            (app_id,) = app_ids
            return {app_id: await self._heads(app_id)}
        return await self._history.patiently(self._read_heads, list(app_ids))

    async def after(self, app_id: str, seq: int) -> list[sse.Frame]:
        """Return the next revisions behind a number."""
        return await self._pages((app_id, seq))

    async def _read_heads(self, app_ids: list[str]) -> dict[str, int]:
        async with self._history.connection() as tx:
            return await previews.heads(tx, app_ids)

    async def _read_pages(self, cursors: list[Cursor]) -> dict[Cursor, list[sse.Frame]]:
        found: dict[Cursor, list[sse.Frame]] = {}
        async with self._history.connection() as tx:
            epoch = self.epoch
            for app_id, number in cursors:
                async with tx.transaction():
                    await enter(tx, app_id)
                    rows = await previews.after(tx, app_id, number, PAGE)
                found[app_id, number] = await self._frames(tx, epoch, rows)
        return found

    async def _frames(self, tx: AsyncTx, epoch: str, rows: list[tuple[int, str, str]]) -> list[sse.Frame]:
        bodies = [(number, kind, json.loads(body)) for number, kind, body in rows]
        code = await self._read_code(tx, {key for _, _, body in bodies for key in revision.keys(body)})
        texts = await self._read_texts(tx, {key for _, _, body in bodies for key in revision.texts(body)})
        return [_frame(epoch, *row, code=code, texts=texts) for row in bodies]

    async def _read_code(self, tx: AsyncTx, keys: Collection[bytes]) -> dict[bytes, Code]:
        known = {key: code for key in keys if (code := self._code.get(key)) is not None}
        missing = [key for key in keys if key not in known]
        read = await units.read_code(tx, missing) if missing else {}
        return known | {key: self._code.put(key, code) for key, code in read.items()}

    async def _read_texts(self, tx: AsyncTx, hashes: Collection[bytes]) -> dict[bytes, bytes]:
        known = {one: text for one in hashes if (text := self._texts.get(one)) is not None}
        missing = [one for one in hashes if one not in known]
        read = await units.read_contents(tx, missing) if missing else {}
        return known | {one: self._texts.put(one, text) for one, text in read.items()}


def _frame(
    epoch: str, number: int, kind: str, body: dict[str, Any], *, code: dict[bytes, Code], texts: dict[bytes, bytes]
) -> sse.Frame:
    if not (revision.keys(body) <= code.keys() and revision.texts(body) <= texts.keys()):
        kind, body = "reload", {}  # what it names is no longer kept
    name = sse.cursor(epoch, number)
    return sse.frame(epoch, number, kind, None, revision.told(kind, body, name, code, texts))
