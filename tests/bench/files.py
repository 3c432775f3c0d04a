"""From a written file to a stored one: how long one takes, and how many a second there can be."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from contracts.cloudevents import BATCH
from tests.bench.bus import Ear, Mouth, ear, event, mouth, paced, rewritten, say_all, written
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.bench.marks import mark, now
from tests.bench.record import latencies

SAMPLES = 400
BACKLOG = 3_000
APPS = 100
LIST = 500
BATCHES, IN_BATCH = 20, 100
SYNC = (Bar("p50", 15),)


def files(ground: Ground, findings: Findings) -> None:
    """Everything about files, with one worker of the real group."""
    with _worker(ground) as (voice, listener):
        _warm(voice, listener)
        _latency(ground, findings, voice, listener)
        one = [rewritten("one", n) for n in range(ground.few(BACKLOG))]
        _throughput(findings, voice, listener, "of one app", one)
        many = [rewritten(f"many-{n % APPS}", n) for n in range(ground.few(BACKLOG))]
        _throughput(findings, voice, listener, f"of {APPS} apps", many)
        _list(ground, findings, voice, listener)
        _batches(ground, findings, listener)


@contextmanager
def _worker(ground: Ground) -> Iterator[tuple[Mouth, Ear]]:
    url = ground.rabbit.url
    with ground.running("actors.worker", "--group", "files"), mouth(url) as voice, ear(url, "file-stored") as listener:
        yield voice, listener


def _warm(voice: Mouth, listener: Ear) -> None:
    say_all(voice, (written("warm", mark()) for _ in range(100)))
    listener.wait(100)


def _latency(ground: Ground, findings: Findings, voice: Mouth, listener: Ear) -> None:
    count = ground.few(SAMPLES)
    paced(count, 20, lambda _n: voice.say(written("calm", mark())))
    values = spread(latencies(listener.wait(count)), most=True)
    findings.add("file-written published → file-stored heard, 20/s", "ms", values, *SYNC)


def _throughput(findings: Findings, voice: Mouth, listener: Ear, what: str, events: Iterable[dict[str, Any]]) -> None:
    """Say all at once, and see how long until the last is stored."""
    waiting = list(events)
    began = say_all(voice, waiting)
    heard = listener.wait(len(waiting))
    seconds = (max(came for _sent, came in heard) - began) / 1e9
    values = {"per_second": len(waiting) / seconds}
    findings.add(f"files {what} stored, a burst of {len(waiting)} events", "1/s", values)


def _list(ground: Ground, findings: Findings, voice: Mouth, listener: Ear) -> None:
    """Write many files of one app in one event, a few times over."""
    samples = []
    for n in range(ground.few(10)):
        word = mark()
        listed = [{"path": f"src/{i}.tsx", "content": f"// {word} {i}\n" * 40} for i in range(LIST)]
        began = now()
        voice.say(event("file-written", f"list-{n}", {"files": listed}))
        samples.append((listener.wait(1)[0][1] - began) / 1e6)
    findings.add(f"{LIST} files of a new app in one event → file-stored", "ms", spread(samples))


def _batches(ground: Ground, findings: Findings, listener: Ear) -> None:
    """Send events over HTTP, many in a batch, one batch after the other."""
    count = ground.few(BATCHES)
    with ground.gateway() as gateway, httpx.Client(base_url=f"http://{gateway.http}", timeout=60) as client:
        headers = {"authorization": f"Bearer {ground.token('publisher')}", "content-type": BATCH}
        batches = [[written(f"batch-{n}-{i % 10}", mark()) for i in range(IN_BATCH)] for n in range(count)]
        samples, began = [], time.perf_counter()
        for batch in batches:
            sent = time.perf_counter()
            client.post("/v1/events", json=batch, headers=headers).raise_for_status()
            samples.append((time.perf_counter() - sent) * 1e3)
        accepted = time.perf_counter() - began
        listener.wait(count * IN_BATCH)
        stored = time.perf_counter() - began
    rates = {"per_second": count * IN_BATCH / accepted, "stored": count * IN_BATCH / stored}
    findings.add(f"events taken in over HTTP, {IN_BATCH} a batch", "1/s", rates)
    findings.add("… one batch answered", "ms", spread(samples))
