"""What the gateway needs of a preview: who may look, what a page is made of, and what pages said back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sql.database import AsyncTx, enter
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may look at a preview, and whose pages may frame it."""

    private: bool
    frame_ancestors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What an app's page is made of, but for its modules."""

    revision: int
    status: str
    page: str
    failure: str | None
    access: Access
    styles: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the newest revision."""

    module_id: str
    deps: str
    code: str
    map: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of the app as it is."""

    path: str
    sha256: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Cause:
    """Whose story a revision is a part of, and the fact that told of it."""

    story_id: str
    message_id: str | None
    event_id: str | None


@asynccontextmanager
async def moment(tx: AsyncTx, app_id: str) -> AsyncIterator[None]:
    """See an app as it is at one moment, whatever is being written."""
    async with tx.pipeline(), tx.transaction():
        await tx.execute("set transaction isolation level repeatable read, read only")
        await enter(tx, app_id)
        yield


async def access(tx: AsyncTx, app_id: str) -> Access | None:
    """Return who may look; nothing has been said about an app without a preview."""
    row = await (await tx.execute(QUERY.access, {"app_id": app_id})).fetchone()
    return Access(row[0], tuple(row[1])) if row else None


async def page(tx: AsyncTx, app_id: str) -> Page | None:
    """Return what the page is made of, as of one moment."""
    async with moment(tx, app_id):
        shown = await tx.execute(QUERY.page, {"app_id": app_id})
        styles = await tx.execute(QUERY.styles, {"app_id": app_id})
        row = await shown.fetchone()
        if row is None:
            return None
        revision, status, parts, failure, private, ancestors = row
        found = tuple((style_id, content) for style_id, content in await styles.fetchall())
    return Page(revision, status, parts, failure, Access(private, tuple(ancestors)), found)


async def modules(
    tx: AsyncTx, app_id: str, known: int = -1, *, mapped: bool = False
) -> tuple[int, list[Module] | None]:
    """Return the newest revision and its modules, unless that is the one already known; with maps where asked for."""
    async with moment(tx, app_id):
        row = await (await tx.execute(QUERY.revision, {"app_id": app_id})).fetchone()
        revision = row[0] if row else 0
        if revision == known:
            return revision, None
        rows = await (await tx.execute(QUERY.modules, {"app_id": app_id, "mapped": mapped})).fetchall()
    return revision, [Module(*found) for found in rows]


async def file(tx: AsyncTx, app_id: str, paths: Sequence[str]) -> File | None:
    """Return the first of some files that there is."""
    async with moment(tx, app_id):
        row = await (await tx.execute(QUERY.file, {"app_id": app_id, "paths": list(paths)})).fetchone()
    return File(*row) if row else None


async def configure(
    tx: AsyncTx, app_id: str, *, private: bool | None, frame_ancestors: Sequence[str] | None
) -> bool | None:
    """Say who may look, of which nothing means as before; return whether it is private, if there is such an app."""
    async with tx.pipeline(), tx.transaction():
        await enter(tx, app_id)
        ancestors = None if frame_ancestors is None else list(frame_ancestors)
        values = {"app_id": app_id, "private": private, "frame_ancestors": ancestors}
        row = await (await tx.execute(QUERY.configure, values)).fetchone()
    return row[0] if row else None


async def private(tx: AsyncTx, app_ids: Sequence[str]) -> list[str]:
    """Return which of some apps are private."""
    rows = await (await tx.execute(QUERY.private, {"app_ids": list(app_ids)})).fetchall()
    return [app_id for (app_id,) in rows]


async def acknowledge(tx: AsyncTx, app_id: str, revision: int) -> bool:
    """Note that a page shows a revision; return whether it is the first."""
    return await (await tx.execute(QUERY.acknowledge, {"app_id": app_id, "revision": revision})).fetchone() is not None


async def cause(tx: AsyncTx, app_id: str, revision: int, name: str) -> Cause | None:
    """Return what a revision belongs to, while it is kept."""
    row = await (await tx.execute(QUERY.cause, {"app_id": app_id, "revision": revision, "name": name})).fetchone()
    return Cause(*row) if row else None
