"""Pools and transactions: the only way to Postgres.

Each kind of process signs in with a role of its own, whose password follows from the owner's URL, so that one
variable configures all of them and none can do more than its part.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

Tx = Connection[tuple[Any, ...]]
AsyncTx = AsyncConnection[tuple[Any, ...]]
Pool = ConnectionPool[Tx]
AsyncPool = AsyncConnectionPool[AsyncTx]
Role = Literal["fleet_worker", "fleet_relay", "fleet_gateway", "fleet_tenant"]
ROLES: tuple[Role, ...] = ("fleet_worker", "fleet_relay", "fleet_gateway", "fleet_tenant")

_CONNECT_TIMEOUT = 5
#: A pool doubles its pauses for as long as this; then whoever asks next makes it begin anew. With the pool's own five
#: minutes a database that was away for two would be missed for two more.
_RECONNECT_TIMEOUT = 4


def role_password(owner_url: str, role: Role) -> str | None:
    """Return the password that follows from the owner's; none where the server asks for none."""
    password = urlsplit(owner_url).password
    if not password:
        return None
    return hmac.new(unquote(password).encode(), role.encode(), hashlib.sha256).hexdigest()


def role_url(owner_url: str, role: Role) -> str:
    """Return the URL under which one kind of process signs in."""
    url = urlsplit(owner_url)
    # Hosted poolers name the tenant after a dot in the user's name.
    _owner, dot, tenant = unquote(url.username or "").partition(".")
    user = quote(role + dot + tenant, safe="")
    password = role_password(owner_url, role)
    credentials = f"{user}:{password}" if password else user
    host = url.netloc.rpartition("@")[2]
    return urlunsplit(url._replace(netloc=f"{credentials}@{host}"))


def open_pool(url: str, *, size: int, name: str) -> Pool:
    """Open a pool for threads; it does not wait for the database to be there."""
    pool = ConnectionPool(url, connection_class=Connection[tuple[Any, ...]], **_options(size, name))
    pool.open(wait=False)
    return pool


def new_async_pool(
    url: str, *, size: int, name: str, configure: Callable[[AsyncTx], Awaitable[None]] | None = None
) -> AsyncPool:
    """Return a pool for asyncio, to be opened on its loop; `configure` sees each new connection first."""
    kind = AsyncConnection[tuple[Any, ...]]
    return AsyncConnectionPool(url, connection_class=kind, configure=configure, **_options(size, name))


def _options(size: int, name: str) -> dict[str, Any]:
    """Return what all pools have in common."""
    return {
        "min_size": min(size, 2),
        "max_size": size,
        "timeout": _CONNECT_TIMEOUT,
        "reconnect_timeout": _RECONNECT_TIMEOUT,
        "name": name,
        "kwargs": {"autocommit": True, "application_name": name, "connect_timeout": _CONNECT_TIMEOUT},
        "open": False,
    }


@contextmanager
def transaction(pool: Pool, app_id: str) -> Iterator[Tx]:
    """Begin a transaction that sees one app; commit it, or roll all of it back.

    Statements travel together; only what is fetched is waited for, and the end. (psycopg's own transaction waits
    twice more at its beginning, and twice more at its end.) What was not fetched inside can be fetched afterwards.
    """
    with pool.connection() as tx:  # which rolls back whatever has not come to its end
        with tx.pipeline():
            tx.execute("begin")
            enter(tx, app_id)
            yield tx
            end = tx.execute("commit")
        if end.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("a statement failed, and nobody looked")


def enter(tx: Tx | AsyncTx, app_id: str) -> Any:
    """Say which app the rest of the transaction is for."""
    return tx.execute("select set_config('fleet.app_id', %s, true)", (app_id,))


def is_away(error: BaseException) -> bool:
    """Tell whether the database itself was missing or asks to try again, rather than the statement wrong."""
    if isinstance(error, PoolTimeout | psycopg.InterfaceError):
        return True
    if not isinstance(error, psycopg.OperationalError):
        return False
    state = error.sqlstate
    return state is None or state[:2] in {"08", "40", "53"} or state in {"57P01", "57P02", "57P03", "25006"}
