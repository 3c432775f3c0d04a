"""A figure: what was measured, how it came out, what was asked for, and who else was measured beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Bar:
    """What one of a figure's values should reach."""

    name: str
    limit: float
    at_least: bool = False

    def reached_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{self.name} {'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One line of the table; a ratio above 1 is in our favour, whichever way the unit runs."""

    what: str
    unit: str
    values: dict[str, float]
    bars: tuple[Bar, ...] = ()
    peer: str = ""
    ratio: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Return whether every bar is reached; nothing where none was set."""
        known = {**self.values, **({} if self.ratio is None else {"ratio": self.ratio})}
        return all(bar.reached_by(known[bar.name]) for bar in self.bars) if self.bars else None

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "unit": self.unit,
            "values": {name: value if isfinite(value) else None for name, value in self.values.items()},
            "bars": [str(bar) for bar in self.bars],
            "passed": self.passed,
            "peer": self.peer or None,
            "ratio": self.ratio,
            "note": self.note or None,
        }


@dataclass
class Findings:
    """All figures of a run, and who wants to hear of each at once."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, unit: str, values: dict[str, float], *bars: Bar, **more: Any) -> Figure:
        figure = Figure(what, unit, {name: round(value, 3) for name, value in values.items()}, bars, **more)
        self.figures.append(figure)
        return figure


def spread(samples: Sequence[float], *, most: bool = False) -> dict[str, float]:
    """Return the usual percentiles; none of them is interpolated."""
    if not samples:
        return {"p50": float("nan"), "p95": float("nan"), "p99": float("nan")}
    ordered = sorted(samples)
    found = {f"p{percent}": ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] for percent in (50, 95, 99)}
    return {**found, "max": ordered[-1]} if most else found
