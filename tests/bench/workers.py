"""What the runtime costs beside its peers: a raw consumer, bare dramatiq, and the bare transaction."""

import threading
from dataclasses import dataclass, field

import psycopg

from sql import inbox, progress
from sql.database import enter, role_url
from tests.bench import peers
from tests.bench.draining import Drain, Say, Start, declared, drained, our_words
from tests.bench.figures import Bar, Figure, Findings
from tests.bench.ground import Ground
from tests.bench.machine import fsync
from tests.bench.marks import now
from tests.bench.record import Record
from tests.bench.waiting import compare, delays

BACKLOG = 20_000
COMMITS = 6_000
ROUNDS = 3
AHEAD = (Bar("ratio", 1, at_least=True),)
PEERS = ("pika", "dramatiq-quorum", "dramatiq-classic")


@dataclass
class Rival:
    """Somebody who takes messages, and how that went."""

    name: str
    start: Start
    say: Say
    drains: list[Drain] = field(default_factory=list)

    @property
    def best(self) -> Drain:
        return max(self.drains)


def workers(ground: Ground, findings: Findings) -> None:
    """Measure all in turn, so that whatever else the machine does meets each of them; then compare."""
    record = Record(ground.folder / "record")
    rivals = [Rival(name, _peer(ground, name), _peers_words(name)) for name in PEERS]
    rivals.append(Rival("ours", declared(ground, "hear"), our_words("bench-heard")))
    for _round in range(ROUNDS):
        for rival in rivals:
            rival.drains.append(drained(ground, record, (rival.start,), rival.say, ground.few(BACKLOG)))
    for rival in rivals:
        findings.add(
            f"{rival.name}: messages taken, a backlog drained", "", rival.best._asdict(), note=f"best of {ROUNDS}"
        )
    for peer in rivals[:-1]:
        ratio = round(rivals[-1].best.per_second / peer.best.per_second, 3)
        bars = AHEAD if peer.name.startswith("dramatiq") else ()
        findings.add("throughput, ours beside", "x", {}, *bars, peer=peer.name, ratio=ratio)
    ways = {rival.name: rival.say for rival in rivals}
    compare(findings, delays(ground, record, [rival.start for rival in rivals], ways))
    _commits(ground, findings, record)


def _commits(ground: Ground, findings: Findings, record: Record) -> Figure:
    """Settle with one step each, beside the same statements with nothing around them."""
    count = ground.few(COMMITS)
    start = (declared(ground, "commit"),)
    bare = max(_bare_commits(ground, count) for _round in range(ROUNDS))
    ours = max(drained(ground, record, start, our_words("bench-settled"), count) for _round in range(ROUNDS))
    findings.add("a page to the disk and nothing else (fsync)", "ms", fsync(ground.folder))
    findings.add("the same statements with bare psycopg, 8 threads", "1/s", {"per_second": bare})
    peer, ratio = "bare psycopg", round(ours.per_second / bare, 3)
    return findings.add("ours: events settled, a durable commit each", "1/s", ours._asdict(), peer=peer, ratio=ratio)


def _bare_commits(ground: Ground, count: int) -> float:
    """Return how many transactions of the same shape a second the database takes from as many threads."""
    url, each = role_url(ground.postgres.url, "fleet_worker"), count // peers.THREADS

    def work(thread: int) -> None:
        with psycopg.connect(url, autocommit=True) as tx:
            for n in range(each):
                app_id = f"app-{thread * each + n}"
                with tx.pipeline():
                    tx.execute("begin")
                    enter(tx, app_id)
                    inbox.enter(tx, app_id, "bare", "bench", str(n))
                    about = {"app_id": app_id, "event_id": str(n), "story_id": "bench", "attempt": 1}
                    progress.append(tx, app_id, [progress.step("progress", about, {"stage": "done", "progress": 100})])
                    tx.execute("commit")

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


def _peers_words(name: str) -> Say:
    return lambda sent: ("", peers.queue(name), peers.message(name, sent))
