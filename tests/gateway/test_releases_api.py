"""Builds and releases as they are shown."""

import json

import pytest

from contracts.event import Envelope
from contracts.release import Asset, Manifest
from sql import builds, releases
from sql.builds import End
from sql.database import open_pool, role_url, transaction
from sql.releases import Release
from tests.gateway.conftest import Gateway, token

OLD, NEW = b"<p>old", b"<p>new"
SIZES = {"raw": 6, "gzip": 6, "brotli": 6}


def release(app_id: str, page: str, files: dict[str, str]) -> Release:
    assets = {"/index.html": Asset(sha256=page, type="text/html", bytes=6)}
    manifest = Manifest(app_id=app_id, files=files, assets=assets, built_by="test")
    return Release(manifest.release_id, page.encode(), manifest, json.dumps(SIZES), "[]", ())


@pytest.fixture
def made(database_url: str, app_id: str) -> list[str]:
    """Two releases, one of which came of a build."""
    earlier = release(app_id, "a" * 64, {"src/a.ts": "1" * 64, "src/b.ts": "2" * 64})
    later = release(app_id, "b" * 64, {"src/a.ts": "3" * 64, "src/c.ts": "2" * 64})
    cause = Envelope("event", "test", "build-requested", app_id, {"environment": "production"})
    with open_pool(role_url(database_url, "fleet_worker"), size=1, name="t") as pool, transaction(pool, app_id) as tx:
        tx.execute("insert into fleet.apps (app_id) values (%s)", (app_id,))
        for one, content in ((earlier, OLD), (later, NEW)):
            page = bytes.fromhex(one.manifest.assets["/index.html"].sha256)
            releases.keep(tx, app_id, one, {page: content}, app_version=1, build_id="x")
        builds.note(tx, cause, "production")
        report = json.dumps([{"file": "index.html", **SIZES}])
        end = End("succeeded", 0.5, later.release_id, None, None, json.dumps(SIZES), report, ["mind this"], "all of it")
        builds.end(tx, app_id, builds.name(cause), end)
    return [earlier.release_id, later.release_id]


def test_builds_are_listed_and_shown_with_their_log(served: Gateway, app_id: str, made: list[str]) -> None:
    with served.client(token(app_id, role="viewer")) as client:
        [listed] = client.get(f"/v1/apps/{app_id}/builds").json()["builds"]
        assert (listed["status"], listed["release_id"], listed["sizes"]) == ("succeeded", made[1], SIZES)
        shown = client.get(f"/v1/apps/{app_id}/builds/{listed['build_id']}").json()
        assert (shown["warnings"], shown["report"]) == (["mind this"], [{"file": "index.html", **SIZES}])
        assert client.get(shown["log_url"]).text == "all of it"
        assert client.get(f"/v1/apps/{app_id}/builds/none").status_code == 404


def test_releases_are_listed_shown_and_compared(served: Gateway, app_id: str, made: list[str]) -> None:
    earlier, later = made
    with served.client(token(app_id, role="viewer")) as client:
        listed = client.get(f"/v1/apps/{app_id}/releases").json()["releases"]
        assert [one["release_id"] for one in listed] == [later, earlier]
        shown = client.get(f"/v1/apps/{app_id}/releases/{later[:12]}").json()
        assert (shown["release_id"], shown["files"]["src/c.ts"]) == (later, "2" * 64)
        told = client.get(f"/v1/apps/{app_id}/releases/{later[:12]}/diff/{earlier[:12]}").json()
        assert told["files"] == {"added": ["src/c.ts"], "removed": ["src/b.ts"], "changed": ["src/a.ts"]}
        assert told["assets"]["changed"] == ["/index.html"]
        assert client.get(f"/v1/apps/{app_id}/releases/{'0' * 64}").status_code == 404


def test_the_newest_of_both_are_a_part_of_the_whole_state(served: Gateway, app_id: str, made: list[str]) -> None:
    with served.client(token(app_id, role="viewer")) as client:
        state = client.get(f"/v1/apps/{app_id}").json()
        assert [(one["release_id"], one["sizes"]) for one in state["releases"]] == [(one, SIZES) for one in made[::-1]]
        assert [(one["release_id"], one["status"]) for one in state["builds"]] == [(made[1], "succeeded")]
