"""Deploys: asked for until verified live, back again, many apps at once; all of it at the edge of this machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.launcher import ports
from sql.database import Pool, open_pool, role_url
from tests.actors.releases import keep
from tests.bench.bus import Mouth, ear, event, mouth, say_all
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground

SAMPLES, APPS = 60, 200
LIVE, BACK = (Bar("p50", 300),), (Bar("p95", 1_000),)


@dataclass(frozen=True)
class Stage:
    """An edge and a worker that deploys to it, and whoever asks."""

    ground: Ground
    pool: Pool
    voice: Mouth

    def ask(self, kind: str, answered: str, app_id: str, **data: object) -> float:
        """Ask, and return after how many milliseconds that is answered."""
        with ear(self.ground.rabbit.url, answered) as heard:
            began = time.monotonic()
            self.voice.say(event(kind, app_id, {"environment": "production", **data}))
            heard.wait(1)
            return (time.monotonic() - began) * 1_000


def deploys(ground: Ground, findings: Findings) -> None:
    """One release after the other of one app, each taken back again; then many apps at once."""
    with _at_work(ground) as stage:
        _one_by_one(stage, findings)
        _at_once(stage, findings)


def _one_by_one(stage: Stage, findings: Findings) -> None:
    live, back = [], []
    first = keep(stage.pool, "deployed", "first")
    stage.ask("deploy-requested", "deploy-succeeded", "deployed", release_id=first)
    for n in range(stage.ground.few(SAMPLES)):
        release = keep(stage.pool, "deployed", f"n{n}")
        live.append(stage.ask("deploy-requested", "deploy-succeeded", "deployed", release_id=release))
        back.append(stage.ask("rollback-requested", "deploy-rolled-back", "deployed"))
    findings.add("deploy-requested → verified live, a new release of 2 files", "ms", spread(live, most=True), *LIVE)
    findings.add("rollback-requested → shown again", "ms", spread(back, most=True), *BACK)


def _at_once(stage: Stage, findings: Findings) -> None:
    names = [f"deployed-{n}" for n in range(stage.ground.few(APPS))]
    releases = {name: keep(stage.pool, name, "one") for name in names}
    wanted = [
        event("deploy-requested", name, {"environment": "production", "release_id": release})
        for name, release in releases.items()
    ]
    with ear(stage.ground.rabbit.url, "deploy-succeeded") as heard:
        began = time.monotonic()
        say_all(stage.voice, wanted)
        heard.wait(len(names))
        seconds = time.monotonic() - began
    values = {"seconds": seconds, "per_second": len(names) / seconds}
    findings.add(f"{len(names)} apps deployed at once, one worker: until the last is verified live", "", values)


@contextmanager
def _at_work(ground: Ground) -> Iterator[Stage]:
    address, key = f"127.0.0.1:{ports.choose(1)[0]}", ground.secret
    edge = {"FLEET_EDGE_HTTP": address, "FLEET_EDGE_KEY": key}
    url = role_url(ground.postgres.url, "fleet_worker")
    with (
        ground.running("edge.local", **edge),
        ground.running("actors.worker", "--group", "releases", **edge),
        ground.running("actors.relay"),
        open_pool(url, size=2, name="bench") as pool,
        mouth(ground.rabbit.url) as voice,
    ):
        yield Stage(ground, pool, voice)
