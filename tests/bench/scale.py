"""Thousands of previews at once: asked for in one moment, open in as many pages, one of them noisy."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import psutil
import psycopg

from gateway.cli.demo_app import FILES
from gateway.preview.socket import NAME
from sql.database import enter, role_url
from tests.bench.bus import Ear, Mouth, ear, event, mouth, say_all
from tests.bench.crowd import SWARMS, Crowd, crowd
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground, Running
from tests.bench.marks import mark, milliseconds

APPS, PAGES, EDITED = 1_000, 10_000, 100
ROUNDS, EDITS, NOISES_EACH, PAUSE = 10, 100, 20, 0.01
#: Of a minute: what is noisy is to have had its share before the benchmark ends.
SHARE = 5
AVERAGE = (Bar("average", 5_000),)
TOLD = (Bar("p50", 20), Bar("p95", 50))
NOISY, NEIGHBOUR = "noisy", "scale-0"


def scale(ground: Ground, findings: Findings) -> None:
    """Provision, open, edit, and make noise; and look at what each process has of the memory."""
    apps = [f"scale-{n}" for n in range(ground.few(APPS))]
    with ExitStack() as stack:
        workers = _workers(stack, ground)
        gateway = stack.enter_context(ground.gateway(FLEET_MAX_STREAMS=str(2 * PAGES)))
        voice = stack.enter_context(mouth(ground.rabbit.url))
        ready = stack.enter_context(ear(ground.rabbit.url, "preview-ready"))
        voice.say(_written("first", FILES))  # its packages come from the registry
        ready.wait(1)
        _memory(findings, workers, "one preview")
        _provision(findings, voice, ready, apps)
        _memory(findings, workers, f"{len(apps) + 1:,} previews")
        pages = stack.enter_context(crowd(ground, replace(gateway, http=str(ground.folder.resolve() / "run" / NAME))))
        _open(ground, findings, pages, gateway, [(app_id, "") for app_id in apps * (PAGES // APPS)])
        _edit(findings, pages, voice, apps[: ground.few(EDITED)])
        _make_noise(ground, findings, pages, voice)
        _memory(findings, workers, "all of that")


def _workers(stack: ExitStack, ground: Ground) -> tuple[Running, ...]:
    certificates = {name: os.environ[name] for name in ("NODE_EXTRA_CA_CERTS",) if name in os.environ}
    files = stack.enter_context(ground.running("actors.worker", "--group", "files"))
    return files, stack.enter_context(
        ground.running("actors.worker", "--group", "preview", FLEET_MAX_APP_SECONDS=str(SHARE), **certificates)
    )


def _provision(findings: Findings, voice: Mouth, ready: Ear, apps: Sequence[str]) -> None:
    began = say_all(voice, (_written(app_id, FILES) for app_id in apps))
    took = [milliseconds(began, came) for _sent, came in ready.wait(len(apps))]
    values = {"average": sum(took) / len(took), **spread(took, most=True)}
    findings.add(f"{len(apps):,} previews asked for at once → ready", "ms", values, *AVERAGE, note="none lost")


def _open(
    ground: Ground, findings: Findings, pages: Crowd, gateway: Running, streams: Sequence[tuple[str, str]]
) -> None:
    with psycopg.connect(role_url(ground.postgres.url, "fleet_worker")) as tx:
        for app_id in {app_id for app_id, _ in streams}:
            enter(tx, app_id)
            tx.execute("update fleet.previews set private = false where app_id = %s", (app_id,))
    empty = gateway.memory
    reached, seconds = pages.open(streams)
    if reached < len(streams):
        raise RuntimeError(f"{reached} of {len(streams)} pages are open: {gateway.log.read_text()[-1000:]}")
    pages.expect([0, 0])
    each = {"kB": (gateway.memory - empty) / max(1, reached) / 1000}
    findings.add("open pages", "pages", {"count": reached, "per_second": reached / seconds})
    findings.add("memory of the gateway per page", "kB", each, Bar("kB", 20), note=f"resident, {reached:,} open")


def _edit(findings: Findings, pages: Crowd, voice: Mouth, apps: Sequence[str]) -> None:
    """Edit some apps, one right after the other, again and again; each has as many pages."""
    every: list[float] = []
    each = PAGES // APPS
    for _ in range(ROUNDS):
        for app_id in apps:
            voice.say(_edited(app_id))
            time.sleep(PAUSE)
        every += pages.expect([len(apps[n::SWARMS]) * each for n in range(SWARMS)]).latencies
    note = f"{len(every):,} of {ROUNDS * len(apps) * each:,} came"
    findings.add(f"edits of {len(apps)} apps → all their pages", "ms", spread(every, most=True), *TOLD, note=note)


def _make_noise(ground: Ground, findings: Findings, pages: Crowd, voice: Mouth) -> None:
    """Edit an app now and then, alone; then beside one that is written all the time."""
    voice.say(_written(NOISY, FILES))
    for noises in (0, NOISES_EACH):
        for _ in range(ground.few(EDITS)):
            for _ in range(noises):
                voice.say(_edited(NOISY))
                time.sleep(PAUSE)
            voice.say(_edited(NEIGHBOUR))
            time.sleep(PAUSE * (NOISES_EACH - noises))
        came = pages.expect([ground.few(EDITS) * PAGES // APPS, 0]).latencies
        beside = "one that is written 100 times a second" if noises else "nobody"
        findings.add(f"an edit → its pages, beside {beside}", "ms", spread(came, most=True))
    with psycopg.connect(role_url(ground.postgres.url, "fleet_worker")) as tx:
        enter(tx, NOISY)
        said = "select count(*) from fleet.progress where app_id = %s and body::json->>'stage' = 'throttled'"
        told = tx.execute(said, (NOISY,)).fetchone()
        drawn = tx.execute("select revision from fleet.previews where app_id = %s", (NOISY,)).fetchone()
    values = {"revisions": drawn[0] if drawn else 0, "told": told[0] if told else 0}
    findings.add("what the noisy one had", "times", values, note=f"its share: {SHARE} s of a worker's minute")


def _memory(findings: Findings, workers: Sequence[Running], when: str) -> None:
    """Tell what each process of the workers, and their children, have resident."""
    values: dict[str, float] = {}
    for worker in workers:
        process = psutil.Process(worker.process.pid)
        for n, one in enumerate([process, *process.children(recursive=True)]):
            name = f"{worker.log.stem.rpartition('-')[2]}.{n} {one.name()}"
            values[name] = one.memory_info().rss / 1e6
    findings.add(f"memory with {when}", "MB", values)


def _written(app_id: str, files: Mapping[str, str]) -> dict[str, Any]:
    return event("file-written", app_id, {"files": [{"path": path, "content": text} for path, text in files.items()]})


def _edited(app_id: str) -> dict[str, Any]:
    text = FILES["src/App.tsx"].replace("Made live", f"Made {mark()}")
    return event("file-written", app_id, {"path": "src/App.tsx", "content": text})
