"""How soon somebody who waits for a message has it: us beside our peers, in turn and all at the same time."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from contracts.topology import EVENTS
from tests.bench import peers
from tests.bench.bus import mouth, paced
from tests.bench.draining import Say, Start
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.bench.marks import now
from tests.bench.record import Record

SAMPLES = 400
PER_SECOND = 20
AHEAD = (Bar("ratio", 1, at_least=True),)
#: Bare dramatiq sends straight to a queue; ours go through a topic exchange, and so may its own.
TOPIC = "dramatiq-quorum behind our exchange"
#: Who keeps messages as safely as we do.
ALIKE = ("dramatiq-quorum", TOPIC)


def delays(ground: Ground, record: Record, starts: Sequence[Start], ways: Mapping[str, Say]) -> dict[str, list[float]]:
    """Send a message now and then, each made before its time is taken, and return each way's milliseconds."""
    ways = {**ways, TOPIC: _through_our_exchange}
    names, count = list(ways), ground.few(SAMPLES)
    with ExitStack() as stack:
        for start in starts:
            stack.enter_context(start())
        voice = stack.enter_context(mouth(ground.rabbit.url))
        record.clear()
        sent: dict[int, tuple[str, int]] = {}

        def say(n: int) -> None:
            name = names[(n + n // len(names)) % len(names)]  # nobody always follows the same one
            words = ways[name](n)
            sent[n] = name, now()
            voice.send(*words)

        paced(count * len(names), PER_SECOND * len(names), say)
        found: dict[str, list[float]] = {name: [] for name in names}
        for n, taken in record.wait(count * len(names))[PER_SECOND * len(names) :]:
            name, moment = sent[n]
            found[name].append((taken - moment) / 1e6)
        return found


def compare(findings: Findings, found: Mapping[str, list[float]]) -> None:
    """Tell each way's delays, and how ours compare: the half, and the quickest tenth, which others disturb least."""
    spreads = {name: {"p10": sorted(each)[len(each) // 10], **spread(each)} for name, each in found.items()}
    for name, values in spreads.items():
        findings.add(f"{name}: published → taken, {PER_SECOND}/s", "ms", values)
    ours = spreads.pop("ours")
    for name, values in spreads.items():
        bars = AHEAD if name in ALIKE else ()
        for part in ("p10", "p50"):
            ratio = round(values[part] / ours[part], 3)
            findings.add(f"latency {part}, ours beside", "x", {}, *bars, peer=name, ratio=ratio)


def _through_our_exchange(sent: int) -> tuple[str, str, bytes]:
    return EVENTS, f"bench-peer.app-{sent % 500}", peers.message("dramatiq-quorum", sent)
