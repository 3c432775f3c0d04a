"""What the runtime costs beside its peers: a raw consumer, bare dramatiq, and the bare transaction."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg

from sql import inbox, progress
from sql.database import enter, role_url
from tests.bench import peers
from tests.bench.bus import mouth, paced
from tests.bench.draining import Drain, Say, Start, declared, drained, our_words
from tests.bench.figures import Bar, Figure, Findings, spread
from tests.bench.ground import Ground
from tests.bench.marks import now
from tests.bench.record import Record

BACKLOG = 20_000
COMMITS = 6_000
SAMPLES = 400
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
    samples: list[float] = field(default_factory=list)

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
    _wait_for_each(ground, record, rivals)
    for rival in rivals:
        findings.add(
            f"{rival.name}: messages taken, a backlog drained", "", rival.best._asdict(), note=f"best of {ROUNDS}"
        )
        findings.add(f"{rival.name}: published → taken, 20/s", "ms", spread(rival.samples, most=True))
    for peer in rivals[:-1]:
        _compare(findings, rivals[-1], peer)
    _commits(ground, findings, record)


def _wait_for_each(ground: Ground, record: Record, rivals: Sequence[Rival]) -> None:
    """Send a message now and then, to one after the other, while all of them wait."""
    count = ground.few(SAMPLES)
    with ExitStack() as stack:
        for rival in rivals:
            stack.enter_context(rival.start())
        voice = stack.enter_context(mouth(ground.rabbit.url))
        record.clear()
        sent: dict[int, Rival] = {}

        def say(n: int) -> None:
            rival, moment = rivals[n % len(rivals)], now()
            sent[moment] = rival
            voice.send(*rival.say(moment))

        paced(count * len(rivals), 20 * len(rivals), say)
        for moment, taken in record.wait(count * len(rivals))[20 * len(rivals) :]:
            sent[moment].samples.append((taken - moment) / 1e6)


def _compare(findings: Findings, ours: Rival, peer: Rival) -> None:
    bars = AHEAD if peer.name.startswith("dramatiq") else ()
    faster = ours.best.per_second / peer.best.per_second
    sooner = spread(peer.samples)["p50"] / spread(ours.samples)["p50"]
    findings.add("throughput, ours beside", "x", {}, *bars, peer=peer.name, ratio=round(faster, 3))
    findings.add("latency p50, ours beside", "x", {}, *bars, peer=peer.name, ratio=round(sooner, 3))


def _commits(ground: Ground, findings: Findings, record: Record) -> Figure:
    """Settle with one step each, beside the same statements with nothing around them."""
    count = ground.few(COMMITS)
    start = (declared(ground, "commit"),)
    bare = max(_bare_commits(ground, count) for _round in range(ROUNDS))
    ours = max(drained(ground, record, start, our_words("bench-settled"), count) for _round in range(ROUNDS))
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
