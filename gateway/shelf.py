"""The files of apps behind the HTTP API: reading them from the database, changing them by asking the fleet."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from contracts.app import app_id_flaw
from contracts.errors import BadEvent, Flaw
from contracts.file import FileRejected, FileWritten
from gateway.ask import Answer
from gateway.parts import Parts
from gateway.problem import Problem, unprocessable
from sql import versions
from sql.database import AsyncTx, enter
from sql.versions import State


class Shelf:
    """What the routes of files and versions have in common."""

    def __init__(self, parts: Parts) -> None:
        self._pool, self._asker = parts.pool, parts.asker
        self.file_bytes = parts.settings.max_file_bytes

    @asynccontextmanager
    async def look(self, app_id: str) -> AsyncIterator[AsyncTx]:
        """Begin a transaction that sees one app."""
        _must_be_a_name(app_id)
        async with self._transaction(app_id) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, app_id: str) -> AsyncIterator[AsyncTx]:
        async with self._pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, app_id)
            yield tx

    async def state(self, app_id: str, version: int | None, prefix: str = "") -> State:
        """Return an app's files, or say that there is no such app or version."""
        async with self.look(app_id) as tx:
            state = await versions.state(tx, app_id, version, prefix)
            if state is None:
                raise await self.missing(tx, app_id, version)
            return state

    async def missing(self, tx: AsyncTx, app_id: str, version: int | None, path: str | None = None) -> Problem:
        """Return a 404 that says what there is not: the app, its version or the file."""
        if not await versions.knows(tx, app_id):
            return Problem(404, f"there is no app {app_id!r}")
        if version is not None and await versions.one(tx, app_id, version) is None:
            return Problem(404, f"the app has no version {version}")
        return Problem(404, f"the app has no file {path!r}{f' at version {version}' if version is not None else ''}")

    async def contents(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hashes that a state of some app has named."""
        async with self._transaction("") as tx:
            return await versions.contents(tx, hashes)

    async def change(self, app_id: str, data: dict[str, Any]) -> Answer:
        """Have the files changed; what the fleet refuses is a 422."""
        _must_be_a_name(app_id)
        try:
            event = FileWritten.parse(data)
        except BadEvent as error:
            raise unprocessable(error) from None
        answer = await self._asker.ask(app_id, event)
        if answer.step is not None and answer.step["kind"] == FileRejected.kind:
            flaw = Flaw(answer.step["field"], answer.step["reason"])
            raise Problem(422, str(flaw), errors=[flaw])
        return answer


def _must_be_a_name(app_id: str) -> None:
    if app_id_flaw(app_id):
        raise Problem(404, f"there is no app {app_id!r}")
