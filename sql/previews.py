"""Live previews: what an app shows, and every revision on the way there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the app, as far as a preview needs to know it."""

    sha256: bytes
    bytes: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the newest revision is made of, and what the app's files are by now."""

    epoch: str
    app_version: int
    revision: int
    version: int
    status: str
    page: str
    failure: str | None
    modules: dict[str, tuple[bytes, str]]
    styles: dict[str, bytes]
    files: dict[str, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next revision: what is shown from then on, and what pages are told."""

    kind: str
    body: str
    version: int
    status: str
    page: str
    failure: str | None = None
    seconds: float | None = None
    modules: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    removed: Collection[str] = ()
    styles: Mapping[str, bytes] | None = None


def load(tx: Tx, app_id: str) -> Shown | None:
    """Read everything that a turn needs, in one journey; nothing when nobody created the app."""
    key = {"app_id": app_id}
    preview = tx.execute(QUERY.preview, key)
    modules, styles, files = (tx.execute(query, key) for query in (QUERY.modules, QUERY.styles, QUERY.files))
    row = preview.fetchone()
    if row is None:
        return None
    epoch, app_version, revision, version, status, page, failure = row
    return Shown(
        epoch=epoch,
        app_version=app_version,
        revision=revision or 0,
        version=version or 0,
        status=status or "none",
        page=page or "{}",
        failure=failure,
        modules={module_id: (unit, deps) for module_id, unit, deps in modules.fetchall()},
        styles=dict(styles.fetchall()),
        files={path: Source(sha256, size) for path, sha256, size in files.fetchall()},
    )


def record(tx: Tx, app_id: str, step: Step, *, story_id: str = "", message_id: str | None = None) -> int:
    """Write the next revision, and whose story it belongs to, and return its number."""
    if step.modules:
        ids = list(step.modules)
        keys, deps = [step.modules[one][0] for one in ids], [step.modules[one][1] for one in ids]
        tx.execute(QUERY.put_modules, {"app_id": app_id, "ids": ids, "keys": keys, "deps": deps})
    if step.removed:
        tx.execute(QUERY.drop_modules, {"app_id": app_id, "ids": list(step.removed)})
    if step.styles is not None:
        tx.execute(QUERY.clear_styles, {"app_id": app_id})
        hashes = list(step.styles.values())
        tx.execute(QUERY.put_styles, {"app_id": app_id, "ids": list(step.styles), "hashes": hashes})
    row = tx.execute(
        QUERY.record,
        {
            "app_id": app_id,
            "kind": step.kind,
            "body": step.body,
            "version": step.version,
            "status": step.status,
            "page": step.page,
            "failure": step.failure,
            "seconds": step.seconds,
            "story_id": story_id,
            "message_id": message_id,
        },
    ).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns one row
    return int(row[0])


def caught_up(tx: Tx, app_id: str, shown: Shown) -> int:
    """Note that the newest revision shows the newest version too, and return its number."""
    tx.execute(QUERY.caught_up, {"app_id": app_id, "version": shown.app_version})
    return shown.revision


def keep_blobs(tx: Tx, blobs: Mapping[bytes, bytes]) -> None:
    """Keep contents under their hashes."""
    if blobs:
        tx.execute(QUERY.keep_blobs, {"hashes": list(blobs), "contents": list(blobs.values())})


async def heads(tx: AsyncTx, app_ids: Sequence[str]) -> dict[str, int]:
    """Return the newest revision of each app; an app without a preview has 0."""
    rows = await tx.execute(QUERY.heads, {"app_ids": list(app_ids)})
    return {**dict.fromkeys(app_ids, 0), **dict(await rows.fetchall())}


async def after(tx: AsyncTx, app_id: str, revision: int, count: int) -> list[tuple[int, str, str]]:
    """Return a page of revisions behind a number: number, kind, body."""
    found = await tx.execute(QUERY.after, {"app_id": app_id, "revision": revision, "count": count})
    return [(row[0], row[1], row[2]) for row in await found.fetchall()]


async def forget(tx: AsyncTx, keep: timedelta, count: int = 10_000) -> int:
    """Delete a batch of revisions older than what is kept; return how many went."""
    return (await tx.execute(QUERY.forget, {"keep": keep, "count": count})).rowcount
