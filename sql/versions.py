"""The files of an app as people look at them: now, at any version, and what the versions are called."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from contracts.tree import File
from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a state of the app, and when it became what it is."""

    path: str
    file: File
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """All files of an app at a version."""

    version: int
    files: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One step of an app's history."""

    version: int
    name: str | None
    event_id: str
    message_id: str | None
    changes: int
    created_at: datetime


async def state(tx: AsyncTx, app_id: str, version: int | None = None, prefix: str = "") -> State | None:
    """Return the files of an app, now or at a version, if there is such an app or version."""
    query = QUERY.current if version is None else QUERY.at
    about = {"app_id": app_id, "version": version, "prefix": prefix}
    rows = await (await tx.execute(query, about, binary=True)).fetchall()
    if not rows:
        return None
    files = (Listed(path, File(*file), since, at) for _version, path, *file, since, at in rows if path is not None)
    return State(rows[0][0], tuple(files))


async def content(tx: AsyncTx, app_id: str, path: str, version: int | None = None) -> tuple[bytes, bytes] | None:
    """Return hash and content of a file, now or at a version."""
    query = QUERY.file if version is None else QUERY.file_at
    rows = await tx.execute(query, {"app_id": app_id, "path": path, "version": version}, binary=True)
    row = await rows.fetchone()
    return (row[0], row[1]) if row else None


async def has_file(tx: AsyncTx, app_id: str, path: str) -> bool:
    """Tell whether a file stands at a path now."""
    return await (await tx.execute(QUERY.has_file, {"app_id": app_id, "path": path})).fetchone() is not None


async def page(tx: AsyncTx, app_id: str, before: int, count: int) -> list[Version]:
    """Return the newest versions before one."""
    rows = await tx.execute(QUERY.page, {"app_id": app_id, "before": before, "count": count})
    return [Version(*row) for row in await rows.fetchall()]


async def one(tx: AsyncTx, app_id: str, version: int) -> Version | None:
    """Return a version, if there is one of that number."""
    row = await (await tx.execute(QUERY.one, {"app_id": app_id, "version": version})).fetchone()
    return Version(*row) if row else None


async def call(tx: AsyncTx, app_id: str, version: int, name: str | None) -> Version | None:
    """Give a version a name, or take it away."""
    row = await (await tx.execute(QUERY.call, {"app_id": app_id, "version": version, "name": name})).fetchone()
    return Version(*row) if row else None


async def knows(tx: AsyncTx, app_id: str) -> bool:
    """Tell whether there is such an app."""
    return await (await tx.execute(QUERY.knows, {"app_id": app_id})).fetchone() is not None


async def contents(tx: AsyncTx, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    """Return contents by their hashes."""
    rows = await tx.execute(QUERY.contents, {"hashes": list(hashes)}, binary=True)
    return dict(await rows.fetchall())
