"""The table of metrics in METRICS.md, read."""

import re
from pathlib import Path
from typing import NamedTuple

PROCESSES = {"worker", "relay", "gateway", "each"}
_TABLE = Path(__file__).parents[2] / "METRICS.md"


class Row(NamedTuple):
    """What is said of a metric."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def table() -> dict[Row, str]:
    """Return every row, and which process tells it."""
    found = {}
    for line in _TABLE.read_text().splitlines():
        if line.startswith("| `"):
            name, kind, labels, meaning, process = (cell.strip() for cell in line.strip("|").split("|"))
            found[Row(name.strip("`"), kind, tuple(re.findall(r"`(\w+)`", labels)), meaning)] = process
    return found
