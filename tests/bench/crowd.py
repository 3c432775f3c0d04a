"""A crowd of clients, spread over two processes, as one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.ground import ROOT, Ground, Running
from tests.bench.marks import now

SWARMS = 2


@dataclass
class Received:
    """What the crowd has received: when each thing was sent and came."""

    pairs: list[tuple[int, int]]
    lost: int

    @property
    def latencies(self) -> list[float]:
        return [(came - sent) / 1e6 for sent, came in self.pairs]

    def until_last(self, began: int) -> float:
        """Return the milliseconds until the last one had come."""
        return (max((came for _sent, came in self.pairs), default=now()) - began) / 1e6


class Crowd:
    """Opens streams and collects what they bring."""

    def __init__(self, swarms: Sequence["subprocess.Popen[str]"]) -> None:
        self._swarms = swarms

    def open(self, streams: Sequence[tuple[str, str]]) -> tuple[int, float]:
        """Open streams (app and cursor); return how many were reached, and in how many seconds."""
        parts = [list(streams[n :: len(self._swarms)]) for n in range(len(self._swarms))]
        answers = self._ask([{"do": "open", "streams": part} for part in parts])
        seconds = (max(answer["ended"] for answer in answers) - min(answer["began"] for answer in answers)) / 1e9
        return sum(answer["opened"] for answer in answers), seconds

    def expect(self, counts: Sequence[int], seconds: float = 30) -> Received:
        """Return what has come, once each process has so many or the time is over."""
        answers = self._ask([{"do": "expect", "count": count, "seconds": seconds} for count in counts])
        pairs = [pair for answer in answers for pair in zip(answer["sent"], answer["came"], strict=True)]
        return Received(pairs, sum(answer["lost"] for answer in answers))

    def share(self, streams: Sequence[tuple[str, str]], times: int = 1) -> list[int]:
        """Return how much each process receives when every stream receives something so many times."""
        return [len(streams[n :: len(self._swarms)]) * times for n in range(len(self._swarms))]

    def close(self) -> None:
        self._ask([{"do": "close"} for _ in self._swarms])

    def _ask(self, questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        for swarm, question in zip(self._swarms, questions, strict=True):
            assert swarm.stdin is not None
            swarm.stdin.write(json.dumps(question) + "\n")
            swarm.stdin.flush()
        return [_answer(swarm) for swarm in self._swarms]


@contextmanager
def crowd(ground: Ground, *gateways: Running) -> Iterator[Crowd]:
    """Lend a crowd; its processes are spread over the gateways, and end when their input does."""
    with ExitStack() as stack:
        swarms = []
        for n in range(SWARMS):
            address = gateways[n % len(gateways)].http
            arguments = [sys.executable, "-m", "tests.bench.swarm", address, ground.token()]
            pipe = subprocess.PIPE
            swarm = subprocess.Popen(
                arguments, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=dict(os.environ), start_new_session=True
            )
            stack.enter_context(swarm)
            stack.callback(swarm.kill)
            _answer(swarm)
            swarms.append(swarm)
        yield Crowd(swarms)


def _answer(swarm: "subprocess.Popen[str]") -> dict[str, Any]:
    assert swarm.stdout is not None
    line = swarm.stdout.readline()
    if not line:
        raise RuntimeError("a swarm of clients has ended")
    answer: dict[str, Any] = json.loads(line)
    return answer
