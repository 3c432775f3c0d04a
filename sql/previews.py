"""Live previews: what an app shows, and every revision on the way there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from psycopg import Cursor

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)
Answer = Cursor[tuple[Any, ...]]


#: What has just been written is read along with its name, if it is no longer than this.
_INLINE = 32_768


class Estranged(Exception):
    """What is remembered of an app is not of this database."""


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
    files: dict[str, bytes]
    #: Contents of files that changed since the last turn, by hash.
    fresh: Mapping[bytes, bytes] = field(default_factory=dict)

    def after(self, step: "Step | None", revision: int) -> "Shown":
        """Return what is shown once a step has been recorded."""
        if step is None:
            return replace(self, fresh={})
        modules = {one: made for one, made in self.modules.items() if one not in step.removed} | {**step.modules}
        styles = self.styles if step.styles is None else {**step.styles}
        return replace(self, revision=revision, modules=modules, styles=styles, fresh={})


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions on their way, about what may have changed since what is known."""

    known: Shown | None
    preview: Answer
    modules: Answer
    styles: Answer
    files: Answer

    def shown(self) -> Shown | None:
        """Return everything that a turn needs; nothing when nobody created the app.

        Raises Estranged where the database is not the one that what is known was read from.
        """
        row = self.preview.fetchone()
        if row is None:
            return None
        epoch, app_version, revision, version, status, page, failure = row
        modules = {module_id: (unit, deps) for module_id, unit, deps in self.modules.fetchall()}
        styles, changed = dict(self.styles.fetchall()), self.files.fetchall()
        files = {path: sha256 for path, sha256, _content in changed}
        if self.known is not None:
            if self.known.epoch != epoch or self.known.app_version > app_version:
                raise Estranged
            if self.known.revision == (revision or 0):
                modules, styles = self.known.modules, self.known.styles
            files = self.known.files | files
        return Shown(
            epoch=epoch,
            app_version=app_version,
            revision=revision or 0,
            version=version or 0,
            status=status or "none",
            page=page or "{}",
            failure=failure,
            modules=modules,
            styles=styles,
            files={path: sha256 for path, sha256 in files.items() if sha256 is not None},
            fresh={sha256: content for _path, sha256, content in changed if content is not None},
        )


def ask(tx: Tx, app_id: str, known: Shown | None = None) -> Asked:
    """Ask for everything that a turn needs and that is not known, in one journey."""
    since = known.app_version if known else -1
    about = {"app_id": app_id, "revision": known.revision if known else -1}
    files = {"app_id": app_id, "version": since, "inline": _INLINE if known else -1}
    return Asked(
        known,
        tx.execute(QUERY.preview, about),
        tx.execute(QUERY.modules, about),
        tx.execute(QUERY.styles, about),
        tx.execute(QUERY.files, files, binary=True),
    )


def record(
    tx: Tx, app_id: str, step: Step, revision: int, *, story_id: str = "", message_id: str | None = None
) -> None:
    """Write the next revision, whose number must be that of the last one and one more, and whose story it is."""
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
    tx.execute(
        QUERY.record,
        {
            "app_id": app_id,
            "revision": revision,
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
    )


def caught_up(tx: Tx, app_id: str, shown: Shown) -> None:
    """Note that the newest revision shows the newest version too."""
    tx.execute(QUERY.caught_up, {"app_id": app_id, "version": shown.app_version})


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
