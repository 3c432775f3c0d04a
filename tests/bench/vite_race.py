"""How long the two took for the same, sample by sample, and who came first."""

from collections import Counter, defaultdict

from tests.bench import app
from tests.bench.figures import Bar, Findings, spread

_PEER = f"Vite {app.TOOLS['vite']}"


class Race:
    """Samples in milliseconds by what was measured, ours and theirs."""

    def __init__(self) -> None:
        self._ours: defaultdict[str, list[float]] = defaultdict(list)
        self._theirs: defaultdict[str, list[float]] = defaultdict(list)
        self._failures: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def ran(self, what: str, milliseconds: float, *, ours: bool) -> None:
        """Take one sample."""
        (self._ours if ours else self._theirs)[what].append(milliseconds)

    def failed(self, what: str, how: str, *, ours: bool) -> None:
        """Note that a sample came to nothing, or that the page did not keep its state over it."""
        self._failures[what][f"{'ours' if ours else _PEER}: {how}"] += 1

    def tell(self, findings: Findings, what: str, *bars: Bar, note: str = "", of: str = "") -> None:
        """Put our figure beside theirs, or theirs alone where we have none; `of` names the app."""
        ours, theirs = spread(self._ours[what]), spread(self._theirs[what])
        said = "; ".join([*(f"{how}, {times} x" for how, times in self._failures[what].items()), *filter(None, [note])])
        named = f"{of}: {what}" if of else what
        if not self._ours[what]:
            findings.add(f"{_PEER}: {named}", "ms", theirs, note=said)
        elif not self._theirs[what]:
            findings.add(named, "ms", ours, *bars, note=said)
        else:
            peer = f"{_PEER}: p50 {theirs['p50']:.1f}  p95 {theirs['p95']:.1f}"
            findings.add(named, "ms", ours, *bars, peer=peer, ratio=round(theirs["p50"] / ours["p50"], 2), note=said)
