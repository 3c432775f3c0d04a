"""Whoever deploys may be killed at any point: visitors are served one whole release, and everybody is told once."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from actors.run_deploy import note
from contracts.cloudevents import encode
from contracts.deploy import DeployRequested, RollbackRequested
from contracts.event import Envelope
from edge import bound
from edge.local import binary
from sql import lanes
from sql.database import Pool, open_pool, role_url, transaction
from tests.actors.releases import keep
from tests.edge.edge_process import KEY, EdgeProcess

LANE = "run_deploy/production"
ENDINGS = {"deploy-succeeded", "deploy-failed", "deploy-rolled-back"}


@dataclass
class Ground:
    """An edge, a database, and a worker to be killed."""

    edge: EdgeProcess
    pool: Pool
    deployer: subprocess.Popen[str]

    def ask(self, app_id: str, wanted: DeployRequested | RollbackRequested, name: str) -> None:
        envelope = Envelope(name, "test", wanted.kind, app_id, wanted.data(), story_id=name)
        with transaction(self.pool, app_id) as tx:
            note(tx, envelope, wanted)
            lanes.want(tx, app_id, LANE, encode(envelope))

    def work(self, app_id: str, until_point: int = 0) -> int:
        """Let a worker do what is wanted, until it dies or has done it; return how it ended."""
        assert self.deployer.stdin is not None
        assert self.deployer.stdout is not None
        self.deployer.stdin.write(f"{app_id} {until_point}\n")
        self.deployer.stdin.flush()
        return int(self.deployer.stdout.readline())

    def served(self, app_id: str) -> tuple[str, str]:
        """Return the release that visitors are served, and its text: the page and what it needs are of one release."""
        host = f"{app_id}.localhost"
        page = self.edge.get(host)
        assert page.status_code == 200, page.text
        text = page.text.partition("<p>")[2]
        code = self.edge.get(host, f"/assets/{text}.js")
        assert (code.status_code, code.text) == (200, f"console.log({text!r})")
        assert code.headers["x-overskill-release"] == page.headers["x-overskill-release"]
        return page.headers["x-overskill-release"], text

    def run_out(self, app_id: str) -> None:
        """Let the lease of a dead worker run out."""
        with transaction(self.pool, app_id) as tx:
            tx.execute("update fleet.lanes set lease_until = '-infinity'")

    def endings(self, app_id: str, story_id: str) -> list[str]:
        sql = "select body from fleet.progress where app_id = %s and story_id = %s order by seq"
        with transaction(self.pool, app_id) as tx:
            rows = tx.execute(sql, (app_id, story_id)).fetchall()
        return [fact["kind"] for fact in (json.loads(body) for (body,) in rows) if fact["kind"] in ENDINGS]


@pytest.fixture(scope="module")
def ground(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, absent: Callable[[str], NoReturn]
) -> Iterator[Ground]:
    if binary.find() is None:
        absent("workerd")
    home: Path = tmp_path_factory.mktemp("deploys")
    with closing(Closing(EdgeProcess(home))) as kept:
        kept.edge.start()
        kept_env = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        environment = {
            **kept_env,
            "FLEET_HOME": str(home),
            "FLEET_DATABASE_URL": database_url,
            "FLEET_EDGE_HTTP": f"127.0.0.1:{kept.edge.port}",
            "FLEET_EDGE_KEY": KEY,
            "FLEET_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-P", "-m", "tests.faults.deployer"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        url = role_url(database_url, "fleet_worker")
        with (
            subprocess.Popen(command, env=environment, preexec_fn=bound.to_parent(signal.SIGKILL), **pipes) as deployer,
            open_pool(url, size=2, name="test") as pool,
        ):
            yield Ground(kept.edge, pool, deployer)
            assert deployer.stdin is not None
            deployer.stdin.close()


@dataclass
class Closing:
    """Ends an edge however the test ends."""

    edge: EdgeProcess

    def close(self) -> None:
        self.edge.discard()


@pytest.mark.parametrize("way", ["forward", "back"])
def test_wherever_it_is_killed_one_whole_release_is_served_and_the_story_ends_once(
    ground: Ground, app_id: str, way: str
) -> None:
    for point in itertools.count(1):
        app = f"{app_id}-{point}"
        one, two = keep(ground.pool, app, "one"), keep(ground.pool, app, "two")
        first = [one] if way == "forward" else [one, two]
        for release in first:
            ground.ask(app, DeployRequested(environment="production", release_id=release), f"first {release}")
            assert ground.work(app) == 0
        assert ground.served(app)[0] == first[-1]
        forward = DeployRequested(environment="production", release_id=two)
        ground.ask(app, forward if way == "forward" else RollbackRequested(environment="production"), "then")
        status = ground.work(app, point)
        assert ground.served(app) in {(one, "one"), (two, "two")}
        if status == 0:
            break
        assert status == -signal.SIGKILL
        ground.run_out(app)
        assert ground.work(app) == 0
        assert ground.served(app)[0] == (two if way == "forward" else one)
        assert ground.endings(app, "then") == ["deploy-succeeded" if way == "forward" else "deploy-rolled-back"]
    assert point > (12 if way == "forward" else 5), "there were points to die at"
