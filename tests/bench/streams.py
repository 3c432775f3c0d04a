"""From a published event to the clients of a stream, with one client connected and with ten thousand."""

from collections.abc import Sequence
from contextlib import ExitStack

import psycopg

from contracts.topology import PROGRESS
from sql import progress
from sql.database import enter, role_url
from tests.bench.bus import Mouth, event, mouth, paced, written
from tests.bench.crowd import Crowd, crowd
from tests.bench.figures import Bar, Findings, spread
from tests.bench.gauges import Gauges
from tests.bench.ground import Ground, Running
from tests.bench.marks import mark, now

CLIENTS = 10_000
APPS = 5_000
SAMPLES = 400
PER_SECOND = 20
TOTAL = (Bar("total", 1_000),)
STEP = (Bar("p50", 5), Bar("p99", 25))

Streams = Sequence[tuple[str, str]]


def quiet(ground: Ground, findings: Findings) -> None:
    """One client, one event at a time."""
    with ExitStack() as stack:
        gateway, clients, voice = _stage(stack, ground)
        stack.enter_context(ground.running("tests.bench.actors", "work"))
        clients.open([("quiet", "")])
        gauges = Gauges(gateway)
        _latency(ground.few(SAMPLES), findings, clients, voice, ["quiet"])
        _tell(findings, gauges, "quiet")


def crowded(ground: Ground, findings: Findings) -> None:
    """As many clients as the bar names, each with an app of its own."""
    streams = [(f"crowd-{n}", "") for n in range(ground.few(CLIENTS))]
    with ExitStack() as stack:
        gateway, clients, voice = _stage(stack, ground)
        stack.enter_context(ground.running("tests.bench.actors", "work"))
        empty = gateway.memory
        reached, seconds = clients.open(streams)
        clients.expect([0, 0])
        findings.add("clients connected", "clients", {"count": reached, "per_second": reached / seconds})
        full = {"kB": (gateway.memory - empty) / reached / 1000}
        findings.add("memory per stream", "kB", full, Bar("kB", 20), note=f"resident, with {reached} connected")
        gauges = Gauges(gateway)
        _latency(ground.few(SAMPLES), findings, clients, voice, [app_id for app_id, _ in streams])
        _tell(findings, gauges, f"{reached} connected")
        _distinct(ground, findings, clients, voice, streams[: ground.few(APPS)])


def broadcast(ground: Ground, findings: Findings) -> None:
    """One step of one app to everybody."""
    streams = [("broadcast", "")] * ground.few(CLIENTS)
    with ExitStack() as stack:
        gateway, clients, voice = _stage(stack, ground)
        reached, _seconds = clients.open(streams)
        gauges = Gauges(gateway)
        every, totals = [], []
        for _ in range(ground.few(10)):
            began = now()
            voice.say(written("broadcast", mark()))
            received = clients.expect(clients.share(streams))
            every += received.latencies
            totals.append(received.until_last(began))
        findings.add(f"one step to {reached} clients of one app", "ms", spread(every, most=True))
        findings.add("… until the last of them has it", "ms", spread(totals))
        _tell(findings, gauges, "broadcast")


def resumed(ground: Ground, findings: Findings) -> None:
    """Everybody comes back at once, each to find what it has missed; beside as many who have missed nothing."""
    apps = [f"resume-{n}" for n in range(ground.few(APPS))]
    _commit(ground, apps)
    new = _come(ground, findings, [(app_id, "") for app_id in apps for _twice in range(2)], "come")
    back = _come(ground, findings, [(app_id, "0") for app_id in apps for _twice in range(2)], "come back for a step")
    findings.add("core time, those who come back", "x", {}, peer="those who come", ratio=round(new / back, 3))


def _come(ground: Ground, findings: Findings, streams: Streams, what: str) -> float:
    """Open all streams at once, and return the milliseconds of a core that each cost the gateway."""
    with ExitStack() as stack:
        gateway, clients, _voice = _stage(stack, ground)
        gauges, used, began = Gauges(gateway), gateway.seconds, now()
        reached, seconds = clients.open(streams)
        missed = [count if streams[0][1] else 0 for count in clients.share(streams)]
        received = clients.expect(missed)
        each = (gateway.seconds - used) / reached * 1000
        total = received.until_last(began) if received.pairs else seconds * 1000
        values = {"total": total, "connected": seconds * 1000, "core, each": each}
        note = f"{len(received.pairs)} of {sum(missed)} steps came, {received.lost} streams lost"
        findings.add(f"{reached} clients {what}, all at once", "ms", values, note=note)
        _tell(findings, gauges, f"while they {what}")
    return each


def _stage(stack: ExitStack, ground: Ground) -> tuple[Running, Crowd, Mouth]:
    gateway = stack.enter_context(ground.gateway())
    stack.enter_context(ground.running("actors.worker", "--group", "files"))
    clients = stack.enter_context(crowd(ground, gateway))
    return gateway, clients, stack.enter_context(mouth(ground.rabbit.url))


def _latency(count: int, findings: Findings, clients: Crowd, voice: Mouth, apps: Sequence[str]) -> None:
    """Measure a few events a second, each to another app where there are several."""
    where = f"{len(apps)} connected"
    spaced = [apps[n * len(apps) // count] for n in range(count)]
    paced(20, PER_SECOND, lambda n: voice.say(written(spaced[n], mark())))
    clients.expect([20, 20], 2)
    paced(count, PER_SECOND, lambda n: voice.say(written(spaced[n], mark())))
    heard = clients.expect([count, count], 2)
    bars = (Bar("p99", 25),) if len(apps) > 1 else ()
    findings.add(f"file-written published → SSE client, {where}", "ms", spread(heard.latencies, most=True), *bars)
    paced(count // 4, PER_SECOND, lambda n: voice.say(event("bench-staged", spaced[n], {"sent": now()})))
    heard = clients.expect([count, count], 2)
    findings.add(f"stage (job.progress) → SSE client, {where}", "ms", spread(heard.latencies, most=True), *STEP)


def _distinct(ground: Ground, findings: Findings, clients: Crowd, voice: Mouth, streams: Streams) -> None:
    """Send each of many apps one step: as it comes from the bus, then all the way from the event."""
    shares = clients.share(streams)
    bodies = _commit(ground, [app_id for app_id, _ in streams])
    began = now()
    for app_id, step in bodies.items():
        voice.send(PROGRESS, app_id, step.data.encode(), {"seq": step.seq, "kind": step.kind})
    heard = clients.expect(shares)
    what = f"{len(streams)} steps to as many apps' listeners"
    note = f"{len(heard.pairs)} came"
    findings.add(f"{what}, committed → clients", "ms", {"total": heard.until_last(began)}, *TOTAL, note=note)
    with ground.running("tests.bench.actors", "commit"):
        began = now()
        for app_id, _ in streams:
            voice.say(event("bench-settled", app_id, {"sent": now()}))
        heard = clients.expect(shares)
    note = f"{len(heard.pairs)} came; one durable commit each"
    findings.add(f"{what}, events published → clients", "ms", {"total": heard.until_last(began)}, note=note)


def _commit(ground: Ground, apps: Sequence[str]) -> dict[str, progress.Numbered]:
    """Write one step into each app's story, all in one commit, and return them as they are pushed."""
    steps = {}
    with psycopg.connect(role_url(ground.postgres.url, "fleet_worker")) as tx:
        for app_id in sorted(apps):
            enter(tx, app_id)
            about = {"app_id": app_id, "event_id": mark(), "story_id": "bench", "attempt": 1}
            step = progress.step("progress", about, {"stage": "done", "progress": 100})
            steps[app_id] = progress.append(tx, app_id, [step]).numbered()[0]
    return steps


def _tell(findings: Findings, gauges: Gauges, where: str) -> None:
    findings.add(f"collector pauses over 1 ms in the gateway, {where}", "ms", gauges.spread("gc_pause"))
    findings.add(f"event loop lag of the gateway, {where}", "ms", gauges.spread("loop_lag"))
