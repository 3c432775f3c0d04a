"""The words of a dashboard: rows of panels, each of which says what it asks, in which unit, and what it means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

METRIC = re.compile(r"\b(?:fleet|rabbitmq)_\w+")


@dataclass(frozen=True)
class Ask:
    """One query of Prometheus, and how its lines are called."""

    query: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One picture. A number is green up to its first threshold; where it is `quiet`, no data means 0."""

    title: str
    means: str
    asks: tuple[Ask, ...]
    unit: str = "short"
    looks: str = "timeseries"
    thresholds: tuple[tuple[float, str], ...] = ()
    quiet: bool = False
    stacked: bool = False


@dataclass(frozen=True)
class Variable:
    """What a reader may choose: the values of a label, or a number to be set."""

    name: str
    label: str
    query: str = ""
    value: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One page of rows."""

    uid: str
    title: str
    means: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]
    variables: tuple[Variable, ...] = ()

    def panels(self) -> Iterator[Panel]:
        """Yield every panel, row by row."""
        for _title, panels in self.rows:
            yield from panels


def plot(title: str, means: str, *asks: Ask, unit: str = "short", quiet: bool = False, stacked: bool = False) -> Panel:
    """Return a panel of lines over time."""
    return Panel(title, means, asks, unit, quiet=quiet, stacked=stacked)


def number(
    title: str, means: str, query: str, unit: str = "short", *, warn: float = 0, bad: float = 0, quiet: bool = False
) -> Panel:
    """Return a panel of one number; it turns orange at `warn` and red at `bad`, where these are given."""
    steps = [(limit, colour) for limit, colour in ((warn, "orange"), (bad, "red")) if limit]
    return Panel(title, means, (Ask(query),), unit, "stat", tuple(steps), quiet)


def rate(metric: str, *by: str, where: str = "") -> str:
    """Return how much a counter grows in a second, by labels."""
    return f"{_sum(by)}(rate({metric}{_chosen(where)}[$__rate_interval]))"


def recent(metric: str, *by: str, where: str = "", over: str = "1h") -> str:
    """Return by how much a counter has grown lately."""
    return f"{_sum(by)}(increase({metric}{_chosen(where)}[{over}]))"


def quantile(share: float, metric: str, *by: str, where: str = "") -> str:
    """Return what a share of a histogram's observations does not exceed."""
    return f"histogram_quantile({share}, {_sum(('le', *by))}(rate({metric}_bucket{_chosen(where)}[$__rate_interval])))"


def spread(metric: str, *by: str, where: str = "") -> tuple[Ask, Ask]:
    """Return a histogram's median and its 95th percentile, by labels."""
    name = " ".join(f"{{{{{label}}}}}" for label in by)
    return (
        Ask(quantile(0.5, metric, *by, where=where), f"{name} p50".strip()),
        Ask(quantile(0.95, metric, *by, where=where), f"{name} p95".strip()),
    )


def _sum(by: tuple[str, ...]) -> str:
    return f"sum by ({', '.join(by)}) " if by else "sum"


def _chosen(where: str) -> str:
    return f"{{{where}}}" if where else ""
