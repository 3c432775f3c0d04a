"""From files that are stored to a release, with the real builder."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil
import psycopg
import pytest

from actors.create_app import create_app
from actors.run_build import run_build
from actors.store_file import store_file
from actors.worker import Crew
from contracts.cloudevents import encode
from contracts.event import Envelope
from contracts.release import Manifest
from sql import builds, lanes
from sql.database import open_pool, role_url, transaction
from tests.actors.conftest import Bus
from tests.edge.registry import Registry
from tests.patience import until

APP = {
    "index.html": '<html><head></head><body><script type="module" src="/src/main.ts"></script></body></html>',
    "src/main.ts": 'import "./main.css";\nconst late = () => import("./late");\ndocument.onclick = late;\n',
    "src/late.ts": 'export const late: string = "late";\n',
    "src/main.css": "body { color: teal }\n",
}


class Site:
    """An app that is built."""

    def __init__(self, bus: Bus, app_id: str, database_url: str) -> None:
        self.bus, self.app_id, self.database_url = bus, app_id, database_url

    def write(self, files: dict[str, str]) -> None:
        changes = [{"path": path, "content": text} for path, text in files.items()]
        self.bus.publish("file-written", self.app_id, {"files": changes})
        self.bus.hear("file-stored", self.app_id)

    def build(self, **asked: Any) -> str:
        return self.bus.publish("build-requested", self.app_id, {"environment": "production", **asked})

    def hear(self, kind: str) -> dict[str, Any]:
        return self.bus.hear(kind, self.app_id)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(role_url(self.database_url, "fleet_worker")) as connection:
            connection.execute("select set_config('fleet.app_id', %s, false)", (self.app_id,))
            return connection.execute(query.encode(), {"app_id": self.app_id}).fetchall()


@pytest.fixture
def site(crew: Callable[..., Crew], bus: Bus, app_id: str, database_url: str) -> Site:
    crew(store_file, create_app, run_build)
    site = Site(bus, app_id, database_url)
    site.write(APP)
    return site


def test_a_build_is_a_release_that_can_be_served_and_the_same_files_are_the_same_one(site: Site) -> None:
    asked = site.build(deploy=True)
    made = site.hear("build-succeeded")
    deploy = site.hear("deploy-requested")
    assert made["storyid"] == made["causationid"] == deploy["causationid"] == asked
    assert deploy["data"] == {"environment": "production", "build_id": made["data"]["build_id"]}
    [(text, sizes)] = site.rows("select manifest, sizes from fleet.releases where app_id = %(app_id)s")
    manifest = Manifest.read(text)
    assert manifest.release_id == made["data"]["release_id"]
    assert json.loads(sizes) == made["data"]["sizes"]
    kept = {one.hex() for (one,) in site.rows("select sha256 from fleet.artifacts")}
    assert manifest.artifacts() <= kept
    assert manifest.files.keys() == APP.keys()

    site.build()
    again = site.hear("build-succeeded")["data"]
    assert (again["release_id"], again["sizes"]) == (made["data"]["release_id"], made["data"]["sizes"])
    assert again["build_id"] != made["data"]["build_id"]


def test_what_is_wrong_is_said_with_its_place_and_mended_by_the_next_build(site: Site) -> None:
    site.write({"src/late.ts": "export const late = ;\n"})
    site.build()
    failed = site.hear("build-failed")["data"]
    assert (failed["step"], failed["file"], failed["line"]) == ("reading", "src/late.ts", 1)
    [(log,)] = site.rows("select log from fleet.builds where app_id = %(app_id)s")
    assert "export const late = ;" in log
    assert failed["log_url"].endswith(f"/builds/{failed['build_id']}/log")
    site.write({"src/late.ts": APP["src/late.ts"]})
    site.build()
    assert site.hear("build-succeeded")["data"]["release_id"]


def test_a_build_that_was_asked_for_before_the_newest_is_told_so(site: Site) -> None:
    earlier = Envelope("earlier", "test", "build-requested", site.app_id, {"environment": "production"})
    url = role_url(site.database_url, "fleet_worker")
    with open_pool(url, size=1, name="test") as pool, transaction(pool, site.app_id) as tx:
        builds.note(tx, earlier, "production")
    site.build()
    superseded = site.hear("build-superseded")
    newest = site.hear("build-succeeded")["data"]
    assert (superseded["causationid"], superseded["data"]["by"]) == ("earlier", newest["build_id"])
    states = site.rows("select status from fleet.builds where app_id = %(app_id)s order by n")
    assert states == [("superseded",), ("succeeded",)]


def test_a_build_whose_worker_went_away_is_made_by_the_next(site: Site) -> None:
    begun = Envelope("begun", "test", "build-requested", site.app_id, {"environment": "production"})
    url = role_url(site.database_url, "fleet_worker")
    with open_pool(url, size=1, name="test") as pool, transaction(pool, site.app_id) as tx:
        builds.note(tx, begun, "production")
        builds.begin(tx, site.app_id, builds.name(begun), 1, b"whatever")
        lanes.want(tx, site.app_id, "run_build/production", encode(begun))
    made = site.hear("build-succeeded")
    assert (made["causationid"], made["data"]["build_id"]) == ("begun", builds.name(begun))


def test_a_release_is_built_again_from_what_it_was_made_of(site: Site) -> None:
    site.build()
    first = site.hear("build-succeeded")["data"]["release_id"]
    site.write({"src/late.ts": 'export const late = "later";\n'})
    site.build()
    assert site.hear("build-succeeded")["data"]["release_id"] != first
    site.build(release_id=first)
    assert site.hear("build-succeeded")["data"]["release_id"] == first


def builders() -> int:
    """Count the builders that run."""
    count = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended
            count += any(word.endswith("builder/main.js") for word in child.cmdline())
    return count


def test_a_build_that_runs_ends_when_a_newer_one_is_asked_for(
    crew: Callable[..., Crew], bus: Bus, app_id: str, database_url: str
) -> None:
    with Registry() as registry:
        registry.publish("held", files={"index.js": "export default 1;"})
        crew(store_file, create_app, run_build, npm_registry=registry.url)
        site = Site(bus, app_id, database_url)
        manifest = json.dumps({"dependencies": {"held": "1.0.0"}})
        site.write({**APP, "package.json": manifest, "src/main.ts": 'import held from "held";\nalert(held);\n'})
        registry.sends.clear()
        first = site.build()
        until(lambda: registry.asked["/held"] > 0 and builders() == 1, "the first build waiting for its packages")
        second = site.build()
        until(lambda: builders() == 0, "the builder of the first killed")
        registry.sends.set()
        superseded, made = site.hear("build-superseded"), site.hear("build-succeeded")
        assert (superseded["causationid"], made["causationid"]) == (first, second)
        assert superseded["data"]["by"] == made["data"]["build_id"]
