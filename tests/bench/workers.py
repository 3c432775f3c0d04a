"""What the runtime costs beside its peers: a raw consumer, bare dramatiq, and the bare transaction."""

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import psycopg

from contracts.topology import EVENTS
from sql import inbox, progress
from sql.database import enter, role_url
from tests.bench import peers
from tests.bench.actors import ACTORS
from tests.bench.bus import event, mouth, paced
from tests.bench.figures import Bar, Figure, Findings, spread
from tests.bench.ground import Ground, Running
from tests.bench.marks import now
from tests.bench.record import Record, latencies, rate

BACKLOG = 20_000
COMMITS = 6_000
SAMPLES = 400
AHEAD = (Bar("ratio", 1, at_least=True),)
PEERS = ("pika", "dramatiq-quorum", "dramatiq-classic")

Say = Callable[[int], tuple[str, str, bytes]]
Start = Callable[[], AbstractContextManager[Running]]


def workers(ground: Ground, findings: Findings) -> None:
    """Measure each alone, then compare."""
    record = Record(ground.folder / "record")
    found = {name: _measure(ground, record, _peer(ground, name), _peers_words(name)) for name in PEERS}
    found["ours"] = _measure(ground, record, declared(ground, "hear"), our_words("bench-heard"))
    for name, (per_second, samples) in found.items():
        findings.add(f"{name}: messages taken, a backlog drained", "1/s", {"per_second": per_second})
        findings.add(f"{name}: published → taken, 20/s", "ms", spread(samples, most=True))
    for peer in PEERS:
        _compare(findings, peer, found["ours"], found[peer])
    _commits(ground, findings, record)


def _measure(ground: Ground, record: Record, start: Start, say: Say) -> tuple[float, list[float]]:
    """Return how fast a backlog is taken, then how long one message takes when there is no hurry."""
    per_second = drained(ground, record, (start,), say, ground.few(BACKLOG))
    record.clear()
    with start(), mouth(ground.rabbit.url) as voice:
        count = ground.few(SAMPLES)
        paced(count + 20, 20, lambda _n: voice.send(*say(now())))
        samples = latencies(record.wait(count + 20))[20:]
    return per_second, samples


def drained(ground: Ground, record: Record, starts: Sequence[Start], say: Say, count: int) -> float:
    """Let a backlog wait before its consumers start, and return how many a second they take."""
    record.clear()
    with mouth(ground.rabbit.url) as voice:
        for _ in range(count):
            voice.send(*say(now()))
    contexts = [start() for start in starts]
    try:
        for context in contexts:
            context.__enter__()
        return rate(record.wait(count))
    finally:
        for context in contexts:
            context.__exit__(None, None, None)


def _compare(findings: Findings, peer: str, ours: tuple[float, list[float]], theirs: tuple[float, list[float]]) -> None:
    bars = AHEAD if peer.startswith("dramatiq") else ()
    faster, sooner = ours[0] / theirs[0], spread(theirs[1])["p50"] / spread(ours[1])["p50"]
    findings.add("throughput, ours beside", "x", {}, *bars, peer=peer, ratio=round(faster, 3))
    findings.add("latency p50, ours beside", "x", {}, *bars, peer=peer, ratio=round(sooner, 3))


def _commits(ground: Ground, findings: Findings, record: Record) -> Figure:
    """Settle with one step each, beside the same statements with nothing around them."""
    count = ground.few(COMMITS)
    ours = drained(ground, record, (declared(ground, "commit"),), our_words("bench-settled"), count)
    bare = _bare_commits(ground, count)
    findings.add("the same statements with bare psycopg, 8 threads", "1/s", {"per_second": bare})
    peer, ratio = "bare psycopg", round(ours / bare, 3)
    return findings.add(
        "ours: events settled, a durable commit each", "1/s", {"per_second": ours}, peer=peer, ratio=ratio
    )


def _bare_commits(ground: Ground, count: int) -> float:
    """Return how many transactions of the same shape a second the database takes from as many threads."""
    url, each = role_url(ground.postgres.url, "fleet_worker"), count // peers.THREADS

    def work(thread: int) -> None:
        with psycopg.connect(url, autocommit=True) as tx:
            for n in range(each):
                app_id = f"app-{thread * each + n}"
                with tx.pipeline(), tx.transaction():
                    enter(tx, app_id)
                    inbox.enter(tx, app_id, "bare", "bench", str(n))
                    about = {"app_id": app_id, "event_id": str(n), "story_id": "bench", "attempt": 1}
                    progress.append(tx, app_id, [progress.step("progress", about, {"stage": "done", "progress": 100})])

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(peers.THREADS)]
    began = now()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return each * peers.THREADS / ((now() - began) / 1e9)


def _peer(ground: Ground, name: str) -> Start:
    peers.declare(ground.rabbit.url, name)
    return lambda: ground.running("tests.bench.peers", name)


def declared(ground: Ground, name: str) -> Start:
    """Make an actor's queue, so that a backlog can wait there, and return what starts the actor."""
    ground.declare(ACTORS[name])
    return lambda: ground.running("tests.bench.actors", name)


def _peers_words(name: str) -> Say:
    return lambda sent: ("", peers.queue(name), peers.message(name, sent))


def our_words(kind: str, apps: int = 500) -> Say:
    """Return what publishes an event of a kind, to one app after the other."""

    def say(sent: int) -> tuple[str, str, bytes]:
        app_id = f"app-{sent // 1000 % apps}"
        return EVENTS, f"{kind}.{app_id}", json.dumps(event(kind, app_id, {"sent": sent})).encode()

    return say
