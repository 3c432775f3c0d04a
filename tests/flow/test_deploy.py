"""Releases made live from the command line: seen at the app's host, verified before, and back in one step."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest

from gateway.tokens import mint
from sql.database import Pool, open_pool, role_url
from tests.actors.releases import keep
from tests.launcher.running import Fleet
from tests.patience import PATIENCE, until


@dataclass
class Deployed:
    """An app, its releases, and its visitors."""

    fleet: Fleet
    pool: Pool
    app_id: str
    token: str

    def keep(self, *texts: str) -> list[str]:
        return [keep(self.pool, self.app_id, text) for text in texts]

    def fleet_says(self, *arguments: str, status: int = 0) -> str:
        command, *options = arguments
        said = self.fleet.run(command, self.app_id, *options)
        assert said.returncode == status, said.stdout + said.stderr
        return said.stdout.strip().splitlines()[-1]

    def visit(self, environment: str = "production", path: str = "/") -> httpx.Response:
        label = self.app_id if environment == "production" else f"{environment}-{self.app_id}"
        edge = self.fleet.home.read_env()["FLEET_EDGE_HTTP"]
        return httpx.get(
            f"http://{edge}{path}", headers={"host": f"{label}.localhost"}, timeout=PATIENCE, trust_env=False
        )

    def asked(self, path: str, **body: str) -> httpx.Response:
        return self.ask("POST" if body else "GET", path, **({"json": body} if body else {}))

    def write(self, path: str, text: str) -> None:
        assert self.ask("PUT", f"/files/{path}", content=text.encode()).is_success

    def ask(self, method: str, path: str, **about: Any) -> httpx.Response:
        url = f"http://{self.fleet.home.read_env()['FLEET_HTTP']}/v1/apps/{self.app_id}{path}"
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, url, headers=headers, timeout=PATIENCE, trust_env=False, **about)

    def until_live(self, accepted: httpx.Response) -> None:
        assert accepted.status_code == 202, accepted.text
        named = accepted.json()["deployment_id"]

        def live() -> bool:
            found = self.asked("/deployments").json()["deployments"]
            return any(each["deployment_id"] == named and each["status"] == "succeeded" for each in found)

        until(live, "it is live")


@pytest.fixture
def app(fleet: Fleet) -> Iterator[Deployed]:
    chosen = fleet.home.read_env()
    with open_pool(role_url(chosen["FLEET_DATABASE_URL"], "fleet_worker"), size=2, name="test") as pool:
        app_id = f"live-{uuid4().hex[:8]}"
        app = Deployed(fleet, pool, app_id, mint(chosen["FLEET_JWT_SECRET"], role="editor", apps=(app_id,), ttl=3_600))
        app.write("README.md", "# An app")
        yield app


def test_a_release_is_live_promoted_and_taken_back(app: Deployed) -> None:
    one, two = app.keep("one", "two")
    said = app.fleet_says("deploy", "--env", "production", "--release", one[:10])
    url = said.partition(" ")[0]
    assert urlsplit(url).hostname == f"{app.app_id}.localhost"
    assert f"shows release {one[:10]}" in said
    page = app.visit()
    assert (page.headers["x-overskill-release"], page.text) == (one, "<!doctype html><p>one")
    app.until_live(app.asked("/deployments", environment="staging", release_id=two))
    assert [app.visit(at).headers["x-overskill-release"] for at in ("production", "staging")] == [one, two]
    app.fleet_says("promote", "--from", "staging", "--to", "production")
    assert app.visit().headers["x-overskill-release"] == two
    state = app.asked("").json()
    assert state["environments"]["production"]["release_id"] == two
    assert state["environments"]["production"]["previous_release_id"] == one
    assert len(state["deployments"]) == 3
    assert "again" in app.fleet_says("rollback")
    assert app.visit().headers["x-overskill-release"] == one
    status = app.asked("/deployment/status").json()
    assert (status["status"], status["release_id"], status["url"]) == ("healthy", one, url)
    kinds = [each["kind"] for each in json.loads(app.fleet.run("deployments", app.app_id, "--json").stdout)]
    assert kinds == ["rollback", "deploy", "deploy", "deploy"]


PAGE = '<!doctype html><p id="shown"></p><script type="module" src="/main.js"></script>'


def test_an_app_is_built_and_live_and_one_that_cannot_be_built_changes_nothing(app: Deployed) -> None:
    def code() -> str:
        source = app.visit().text.partition('src="')[2].partition('"')[0]
        return app.visit(path=source).text

    app.write("index.html", PAGE)
    for word in ("first", "second"):
        app.write("main.js", f"document.getElementById('shown').textContent = '{word}';\n")
        app.until_live(app.asked("/deployments", environment="production"))
        assert word in code()
    app.write("main.js", "const = ;\n")
    assert "failed at build: main.js:1" in app.fleet_says("deploy", "--env", "production", status=1)
    assert "second" in code()
    assert app.asked("/rollback", environment="production").json()["kind"] == "deploy-rolled-back"
    assert "first" in code()


CODE = """export default { fetch(request) {
  if (new URL(request.url).pathname === "/boom") WHAT;
  return new Response("well");
} };"""


def test_what_sickens_once_it_is_live_is_taken_back_by_itself(app: Deployed) -> None:
    well = keep(app.pool, app.app_id, "well", CODE.replace("WHAT", 'return new Response("boom")'))
    sick = keep(app.pool, app.app_id, "sick", CODE.replace("WHAT", 'throw new Error("boom")'))
    for release in (well, sick):
        app.until_live(app.asked("/deployments", release_id=release))
    assert app.visit().headers["x-overskill-release"] == sick

    def second() -> dict[str, Any]:
        found = app.asked("/deployments").json()["deployments"]
        return dict(next(each for each in found if each["release_id"] == sick))

    def is_back() -> bool:
        app.visit(path="/boom")
        return bool(second()["status"] == "returned")

    until(is_back, "it is taken back")
    assert second()["reason"].startswith("it sickened: ")
    assert app.visit().headers["x-overskill-release"] == well


def test_programs_deploy_as_well(app: Deployed) -> None:
    one, two = app.keep("one", "two")
    assert app.asked("/deployments", environment="production", promote="staging").status_code == 409
    assert app.asked("/rollback", environment="production").status_code == 409
    assert app.asked("/deployment/status?environment=staging").status_code == 404
    for release, environment in ((one, "production"), (two, "staging")):
        app.until_live(app.asked("/deployments", environment=environment, release_id=release))
    app.until_live(app.asked("/deployments", environment="production", promote="staging"))
    assert app.visit().headers["x-overskill-release"] == two
    back = app.asked("/rollback", environment="production").json()
    assert (back["kind"], back["release_id"], back["from_release_id"]) == ("deploy-rolled-back", one, two)
    assert app.visit().headers["x-overskill-release"] == one


def test_a_broken_release_leaves_the_old_one_serving_and_says_why(app: Deployed) -> None:
    one, two = app.keep("whole", "half")  # no other app has the same
    app.until_live(app.asked("/deployments", release_id=one))
    with psycopg.connect(app.fleet.home.read_env()["FLEET_DATABASE_URL"]) as owner:
        whole = b"console.log('half')"
        owner.execute("update fleet.artifacts set content = 'console' where content = %s", (whole,))
    assert "failed at publish" in app.fleet_says("deploy", "--release", two, status=1)
    assert app.visit().headers["x-overskill-release"] == one
    assert app.asked("/deployment/status").json()["status"] == "failed"
    assert "failed at rollback: nothing else was shown" in app.fleet_says("rollback", status=1)
