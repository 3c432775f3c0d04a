"""What a gateway says about itself: the histograms of its own /metrics."""

from collections.abc import Iterator

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.ground import Running


class Gauges:
    """The histograms of one gateway since this was made, as upper bounds of the buckets things fell into."""

    def __init__(self, gateway: Running) -> None:
        self._gateway = gateway
        self._before = self._read()

    def _read(self) -> dict[str, dict[float, float]]:
        text = httpx.get(f"http://{self._gateway.http}/metrics", timeout=30).text
        return {
            family.name: {float(one.labels["le"]): one.value for one in family.samples if "le" in one.labels}
            for family in text_string_to_metric_families(text)
        }

    def spread(self, name: str) -> dict[str, float]:
        """Return how many there were, and the bound in milliseconds that half, nearly all, and all of them kept."""
        wanted = f"fleet_{name}_seconds"
        before = self._before.get(wanted, {})
        buckets = [(le, count - before.get(le, 0)) for le, count in sorted(self._read().get(wanted, {}).items())]
        total = buckets[-1][1] if buckets else 0
        bounds = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        return {"count": total, **{f"{word} ≤": _bound(buckets, total * part) * 1000 for word, part in bounds.items()}}


def _bound(buckets: list[tuple[float, float]], wanted: float) -> float:
    kept: Iterator[float] = (bound for bound, count in buckets if wanted and count >= wanted)
    return next(kept, 0.0)
