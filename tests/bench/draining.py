"""A backlog that waits for its consumers, and how fast and how dearly they take it."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple

from contracts.topology import EVENTS
from tests.bench.actors import ACTORS
from tests.bench.bus import event, mouth
from tests.bench.ground import Ground, Running
from tests.bench.marks import now
from tests.bench.record import Record, rate

Say = Callable[[int], tuple[str, str, bytes]]
Start = Callable[[], AbstractContextManager[Running]]


class Drain(NamedTuple):
    """How fast a backlog was taken, and what of a core each message cost once it was warm."""

    per_second: float
    cpu_us: float


def drained(ground: Ground, record: Record, starts: Sequence[Start], say: Say, count: int) -> Drain:
    """Let a backlog wait before its consumer starts, and return how fast and how dearly it is taken.

    Of several consumers the first would take most of it while the others still start: there it comes once all wait.
    """
    record.clear()
    with ExitStack() as stack:
        if len(starts) == 1:
            _publish(ground, say, count)
        consumers = [stack.enter_context(start()) for start in starts]
        if len(starts) > 1:
            _publish(ground, say, count)
        record.wait(count // 10)  # what starting and warming up cost is not counted
        before, taken_before = sum(consumer.seconds for consumer in consumers), len(record)
        taken = rate(record.wait(count))
        used = sum(consumer.seconds for consumer in consumers) - before
        # Where all was taken before anybody could look, there is nothing to divide by.
        cost = used / (count - taken_before) * 1e6 if taken_before < count else float("nan")
        return Drain(taken, cost)


def _publish(ground: Ground, say: Say, count: int) -> None:
    with mouth(ground.rabbit.url) as voice:
        for _ in range(count):
            voice.send(*say(now()))


def declared(ground: Ground, name: str) -> Start:
    """Make an actor's queue, so that a backlog can wait there, and return what starts the actor."""
    ground.declare(ACTORS[name])
    return lambda: ground.running("tests.bench.actors", name)


def our_words(kind: str, apps: int = 500) -> Say:
    """Return what publishes an event of a kind, to one app after the other."""

    def say(sent: int) -> tuple[str, str, bytes]:
        app_id = f"app-{sent % apps}"
        return EVENTS, f"{kind}.{app_id}", json.dumps(event(kind, app_id, {"sent": sent})).encode()

    return say
