"""The figures as people read them."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Figure

_VERDICTS = {True: "[green]pass[/]", False: "[red]miss[/]", None: ""}


def render(console: Console, facts: dict[str, Any], figures: Sequence[Figure]) -> None:
    """Print what was measured on, and every figure beside its bar."""
    console.print({name: value for name, value in facts.items() if name != "libraries"})
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("what", "measured", "bar", "peer", "ratio", ""):
        table.add_column(heading, overflow="fold")
    for figure in figures:
        table.add_row(*line(figure))
    console.print(table)


def line(figure: Figure) -> tuple[str, ...]:
    """Return a figure's cells."""
    values = "  ".join(f"{name} {value:g}" for name, value in figure.values.items())
    said = f"{figure.what}\n[dim]{figure.note}[/]" if figure.note else figure.what
    measured = f"{values} {figure.unit}" if values else ""
    ratio = "" if figure.ratio is None else f"{figure.ratio:g} x"
    bars = ", ".join(map(str, figure.bars))
    return said, measured, bars, figure.peer, ratio, _VERDICTS[figure.passed]
