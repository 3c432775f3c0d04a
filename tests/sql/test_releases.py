"""Releases that are too many go, and nothing goes that anybody has."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from contracts.release import Asset, Manifest
from sql import releases
from sql.database import AsyncTx, Pool, open_pool, role_url, transaction
from sql.releases import Release

SHARED = b"what all releases have"


def keep(pool: Pool, app_id: str, word: str) -> Release:
    """Keep a release with a page of its own, and something that all have."""
    contents = {hashlib.sha256(one).digest(): one for one in (word.encode(), SHARED)}
    assets = {f"/{n}": Asset(sha256=sha.hex(), type="text/plain", bytes=9) for n, sha in enumerate(contents)}
    manifest = Manifest(app_id=app_id, files={}, assets=assets, built_by="test")
    release = Release(manifest.release_id, word.encode(), manifest, "{}", "[]", ())
    with transaction(pool, app_id) as tx:
        releases.keep(tx, app_id, release, contents, app_version=1, build_id="x")
    return release


async def forgotten(url: str, most: int) -> int:
    tx: AsyncTx = await psycopg.AsyncConnection.connect(role_url(url, "fleet_relay"), autocommit=True)
    async with tx:
        return await releases.forget(tx, timedelta(0), most)


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=1, name="test") as pool:
        yield pool


@pytest.fixture
def app_id() -> str:
    return f"app-{secrets.token_hex(4)}"


def test_only_what_nobody_serves_and_no_other_release_has_goes(pool: Pool, database_url: str, app_id: str) -> None:
    served, surplus, newer, newest = (keep(pool, app_id, f"{app_id} {n}") for n in range(4))
    with transaction(pool, app_id) as tx:
        tx.execute(
            "insert into fleet.pointers (app_id, environment, n, previous_release_id) values (%s, 'production', 1, %s)",
            (app_id, served.release_id),
        )
    assert asyncio.run(forgotten(database_url, most=2)) == 1
    with transaction(pool, app_id) as tx:
        assert releases.manifest(tx, app_id, surplus.release_id) is None
        for kept in (served, newer, newest):
            assert releases.manifest(tx, app_id, kept.release_id) == kept.manifest
            assert releases.contents(tx, kept.manifest.contents()).keys() == kept.manifest.contents()
        assert list(releases.contents(tx, surplus.manifest.contents()).values()) == [SHARED]
    assert asyncio.run(forgotten(database_url, most=2)) == 0
