"""Builds: what was asked for, which of it still matters, and what came of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.cloudevents import encode, envelope, parse_json
from contracts.event import Envelope
from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A build that has not ended; `n` is its place in the order of requests."""

    build_id: str
    n: int
    cause: Envelope


@dataclass(frozen=True, slots=True)
class End:
    """What came of a build."""

    status: str
    seconds: float | None = None
    release_id: str | None = None
    step: str | None = None
    problem: str | None = None
    sizes: str | None = None
    report: str | None = None
    warnings: Sequence[str] = ()
    log: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A build as people are shown it."""

    build_id: str
    environment: str
    status: str
    release_id: str | None
    app_version: int | None
    step: str | None
    problem: str | None
    sizes: str | None
    warnings: list[str]
    seconds: float | None
    requested_at: datetime
    ended_at: datetime | None


def name(cause: Envelope) -> str:
    """Return the name of the build that an event asks for: a repeat asks for the same one."""
    return hashlib.sha256(f"{cause.app_id}\n{cause.source}\n{cause.event_id}".encode()).hexdigest()[:16]


def note(tx: Tx, cause: Envelope, environment: str) -> None:
    """Write down that a build is asked for."""
    about = {"app_id": cause.app_id, "build_id": name(cause), "environment": environment, "event_id": cause.event_id}
    tx.execute(QUERY.note, {**about, "story_id": cause.story_id or cause.event_id, "cause": encode(cause)})


def waiting(tx: Tx, app_id: str, environment: str) -> list[Wanted]:
    """Return the builds that have not ended, in the order in which they were asked for."""
    rows = tx.execute(QUERY.waiting, {"app_id": app_id, "environment": environment}).fetchall()
    return [Wanted(build_id, n, envelope(parse_json(cause.encode()))) for build_id, n, cause in rows]


def is_newest(tx: Tx, app_id: str, environment: str, n: int) -> bool:
    """Tell whether nobody has asked for another since."""
    row = tx.execute(QUERY.is_newest, {"app_id": app_id, "environment": environment, "n": n}).fetchone()
    return row is not None and bool(row[0])


def begin(tx: Tx, app_id: str, build_id: str, app_version: int | None, source_key: bytes) -> None:
    """Say that a build runs, and of what."""
    about = {"app_id": app_id, "build_id": build_id}
    tx.execute(QUERY.begin, {**about, "app_version": app_version, "source_key": source_key})


def end(tx: Tx, app_id: str, build_id: str, how: End) -> None:
    """Say what came of it."""
    values = {name: getattr(how, name) for name in End.__slots__}
    tx.execute(QUERY.end, {"app_id": app_id, "build_id": build_id, **values, "warnings": list(how.warnings)})


def supersede(tx: Tx, app_id: str, build_id: str, by: str) -> bool:
    """End a build for which there is a newer one; return whether it had not ended before."""
    about = {"app_id": app_id, "build_id": build_id, "by": by}
    return tx.execute(QUERY.supersede, about).fetchone() is not None


def source(tx: Tx, app_id: str) -> tuple[int | None, dict[str, bytes]]:
    """Return the app's version and its files by hash, as they are at one moment."""
    rows = tx.execute(QUERY.source, {"app_id": app_id}, binary=True).fetchall()
    return (rows[0][0] if rows else None), {path: sha256 for _, path, sha256 in rows if path is not None}


async def read_list(tx: AsyncTx, app_id: str, count: int) -> list[Row]:
    """Return builds, the newest first, on asyncio."""
    rows = await (await tx.execute(QUERY.listed, {"app_id": app_id, "count": count})).fetchall()
    return [Row(*row) for row in rows]


async def read(tx: AsyncTx, app_id: str, build_id: str) -> tuple[Row, dict[str, Any]] | None:
    """Return a build, and what only those are shown who look at it alone, on asyncio."""
    row = await (await tx.execute(QUERY.one, {"app_id": app_id, "build_id": build_id})).fetchone()
    if row is None:
        return None
    more = dict(zip(("report", "log", "event_id", "story_id"), row[-4:], strict=True))
    return Row(*row[:-4]), more


async def forget(tx: AsyncTx, keep: timedelta, count: int = 1_000) -> int:
    """Delete builds that ended long ago, and return how many went."""
    return (await tx.execute(QUERY.forget, {"keep": keep, "count": count})).rowcount
