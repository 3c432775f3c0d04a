"""Releases, and what they are made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.release import Manifest
from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)
_NEWEST = 2**62
#: So many releases of an app are kept, whether anything serves them or not.
MOST = 20


@dataclass(frozen=True, slots=True)
class Release:
    """What a build made: its manifest, what it weighs, and what was said about it."""

    release_id: str
    source_key: bytes
    manifest: Manifest
    sizes: str
    report: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A release in a list, and the environments that serve it."""

    release_id: str
    app_version: int | None
    build_id: str
    sizes: str
    warnings: list[str]
    created_at: datetime
    environments: list[str]


def keep(
    tx: Tx, app_id: str, release: Release, made: Mapping[bytes, bytes], *, app_version: int | None, build_id: str
) -> None:
    """Keep a release with what was made for it; the same release is kept once."""
    tx.execute(QUERY.touch, {"hashes": list(made), "contents": list(made.values())})
    tx.execute(
        QUERY.keep,
        {
            "app_id": app_id,
            "release_id": release.release_id,
            "source_key": release.source_key,
            "manifest": release.manifest.text(),
            "sizes": release.sizes,
            "report": release.report,
            "warnings": list(release.warnings),
            "app_version": app_version,
            "build_id": build_id,
            "hashes": [bytes.fromhex(one) for one in sorted(release.manifest.artifacts())],
        },
    )


def of_source(tx: Tx, app_id: str, source_key: bytes) -> tuple[Any, ...] | None:
    """Return name, sizes, report and warnings of the release that was made of the same."""
    return tx.execute(QUERY.of_source, {"app_id": app_id, "source_key": source_key}).fetchone()


def manifest(tx: Tx, app_id: str, release_id: str) -> Manifest | None:
    """Return what a release is."""
    row = tx.execute(QUERY.manifest, {"app_id": app_id, "release_id": release_id}).fetchone()
    return Manifest.read(row[0]) if row else None


def named(tx: Tx, app_id: str, name: str) -> list[str]:
    """Return the releases whose names begin so: at most two, for two are one too many."""
    return [row[0] for row in tx.execute(QUERY.named, {"app_id": app_id, "name": name}).fetchall()]


def contents(tx: Tx, hashes: Collection[str]) -> dict[str, bytes]:
    """Return what releases are made of, by hash."""
    rows = tx.execute(QUERY.contents, {"hashes": [bytes.fromhex(one) for one in hashes]}).fetchall()
    return {sha256.hex(): content for sha256, content in rows}


async def read_manifest(tx: AsyncTx, app_id: str, release_id: str) -> Manifest | None:
    """Return what a release is, on asyncio."""
    row = await (await tx.execute(QUERY.manifest, {"app_id": app_id, "release_id": release_id})).fetchone()
    return Manifest.read(row[0]) if row else None


async def read_named(tx: AsyncTx, app_id: str, name: str) -> list[str]:
    """Return the releases whose names begin so, on asyncio: at most two."""
    rows = await (await tx.execute(QUERY.named, {"app_id": app_id, "name": name})).fetchall()
    return [row[0] for row in rows]


async def read_list(tx: AsyncTx, app_id: str, count: int, before: int = _NEWEST) -> Sequence[Listed]:
    """Return releases, the newest first, on asyncio."""
    asked = {"app_id": app_id, "count": count, "before": before}
    return [Listed(*row) for row in await (await tx.execute(QUERY.listed, asked)).fetchall()]


async def forget(tx: AsyncTx, keep: timedelta, most: int = MOST, count: int = 20) -> int:
    """Delete releases of a few apps that have too many, and return how many went."""
    row = await (await tx.execute(QUERY.forget, {"keep": keep, "most": most, "count": count})).fetchone()
    return row[0] if row else 0
