"""What more processes bring, and what a longer backlog costs."""

from contextlib import ExitStack

from tests.bench.bus import mouth, written
from tests.bench.crowd import crowd
from tests.bench.draining import declared, drained, our_words
from tests.bench.figures import Findings, spread
from tests.bench.ground import Ground
from tests.bench.marks import mark, now
from tests.bench.record import Record

BACKLOG = 6_000
SHORT, LONG = 2_000, 20_000
CLIENTS = 8_000


def growth(ground: Ground, findings: Findings) -> None:
    """Workers, then the backlog, then gateways."""
    record = Record(ground.folder / "record")
    start, say = declared(ground, "commit"), our_words("bench-settled")
    for count in (1, 2, 4):
        found = drained(ground, record, (start,) * count, say, ground.few(BACKLOG))
        findings.add(f"events settled by {count} worker process(es)", "", found._asdict())
    for backlog in (SHORT, LONG):
        found = drained(ground, record, (start,), say, ground.few(backlog))
        findings.add(f"events settled out of a backlog of {ground.few(backlog)}", "", found._asdict())
    for count in (1, 2):
        _gateways(ground, findings, count)


def _gateways(ground: Ground, findings: Findings, count: int) -> None:
    """Send one app's steps to a crowd that is spread over gateways."""
    streams = [("grown", "")] * ground.few(CLIENTS)
    with ExitStack() as stack:
        gateways = [stack.enter_context(ground.gateway()) for _ in range(count)]
        stack.enter_context(ground.running("actors.worker", "--group", "files"))
        clients = stack.enter_context(crowd(ground, *gateways))
        voice = stack.enter_context(mouth(ground.rabbit.url))
        reached, _seconds = clients.open(streams)
        totals = []
        for _ in range(5):
            began = now()
            voice.say(written("grown", mark()))
            totals.append(clients.expect(clients.share(streams)).until_last(began))
        findings.add(f"one step to {reached} clients at {count} gateway(s), until the last", "ms", spread(totals))
