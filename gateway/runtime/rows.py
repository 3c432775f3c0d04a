"""Leads to the rows of an app's table: as whoever asks, with the table as it is, in one transaction."""

import time
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

import psycopg
from prometheus_client import Histogram

from contracts.errors import Flaw
from contracts.table import Catalog, Table
from contracts.tenant import NOBODY
from edge.memory import Memory
from gateway.problem import Problem, try_later
from gateway.runtime.callers import EndCaller
from gateway.runtime.end_tokens import unauthorized
from gateway.runtime.place import Place
from gateway.runtime.violations import Offence, Violations
from sql import catalogs, tenants
from sql.database import AsyncPool, AsyncTx, enter
from sql.entities import Conflict, Forbidden, Stale
from sql.tenants import Asking

_APPS = 2_000
#: As long as a context is good: longer than any statement may take.
_CONTEXT_SECONDS = 60
_TRIES = 3
#: What the database says of a context that is not ours, or is none any more.
_REFUSED = {"FL002", "FL003"}
_SIGN_IN = "sign in first: send the token as `Authorization: Bearer …`"

T = TypeVar("T")
Query = Literal["list", "get", "insert", "patch", "delete"]
Work = Callable[[AsyncTx, Asking, Table], Awaitable[T]]


class Rows:
    """Two ways into the database: one that knows the apps' tables, and one that has no right but to ask for rows."""

    def __init__(self, pool: AsyncPool, tenants_pool: AsyncPool, violations: Violations, seconds: Histogram) -> None:
        self._pool, self._tenants, self._violations = pool, tenants_pool, violations
        self._seconds = seconds
        self._catalogs: Memory[str, Catalog] = Memory(_APPS)
        self._key = b""

    async def read(self, place: Place, caller: EndCaller, name: str, work: Work[T], query: Query = "list") -> T:
        """Read from a table; who has not signed in reads what is for all."""
        table = await self._table(place.app_id, name, caller)
        if caller.subject == NOBODY and table.access != "public_read":
            raise unauthorized(_SIGN_IN)
        with self._seconds.labels(query).time():
            return await self._as(place, caller, name, work)

    async def write(self, place: Place, caller: EndCaller, name: str, work: Work[T], query: Query) -> T:
        """Write into a table."""
        if caller.subject == NOBODY:
            raise unauthorized(_SIGN_IN)
        with self._seconds.labels(query).time():
            return await self._as(place, caller, name, work)

    async def _as(self, place: Place, caller: EndCaller, name: str, work: Work[T]) -> T:
        asking = Asking(place.tenant, caller.subject)
        for attempt in range(_TRIES):
            table = await self._table(place.app_id, name, caller)
            try:
                return await self._asked(asking, table, work)
            except Stale:
                await self._load(place.app_id)
            except Conflict as conflict:
                raise Problem(409, str(conflict), errors=[Flaw(conflict.field, conflict.reason)]) from None
            except Forbidden:
                raise Problem(403, f"you may not write that into {name}") from None
            except psycopg.errors.QueryCanceled:
                raise Problem(422, "this takes too long: ask for less, or give the table an index for it") from None
            except psycopg.Error as error:
                if error.sqlstate not in _REFUSED:
                    raise
                self._key = b""  # the database may be another one
                if not attempt:
                    continue
                offence = Offence("RLS_FUNCTION_ERROR", "the database does not know who asks", subject=caller.subject)
                raise await self._violations.refuse(place, offence) from None
        raise try_later(f"{name} is being changed")

    async def _asked(self, asking: Asking, table: Table, work: Work[T]) -> T:
        key = self._key or await self._read_key()
        async with self._tenants.connection() as tx, tx.pipeline(), tx.transaction():
            await tenants.enter(tx, asking, key, int(time.time()) + _CONTEXT_SECONDS)
            return await work(tx, asking, table)

    async def _read_key(self) -> bytes:
        async with self._pool.connection() as tx:
            self._key = await tenants.key(tx)
        return self._key

    async def _table(self, app_id: str, name: str, caller: EndCaller) -> Table:
        """Return a table; what is not known may have been made just now."""
        known = self._catalogs.get(app_id)
        if known is None or name not in known.tables:
            known = await self._load(app_id)
        table = known.tables.get(name)
        if table is None:
            if caller.subject == NOBODY:  # whoever has not signed in learns of no table
                raise unauthorized(_SIGN_IN)
            raise Problem(404, f"there is no table {name!r}")
        return table

    async def _load(self, app_id: str) -> Catalog:
        async with self._pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, app_id)
            return self._catalogs.put(app_id, await catalogs.load(tx, app_id))
