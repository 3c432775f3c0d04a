"""A metric that nobody takes says nothing, and looks as if all were well."""

import re
from dataclasses import fields
from pathlib import Path

from actors.runtime.telemetry import Metrics, new_metrics
from tests.house.told import PROCESSES, Row, table

ROOT = Path(__file__).parents[2]


def test_every_metric_is_taken_somewhere() -> None:
    code = "".join(path.read_text() for floor in ("actors", "gateway") for path in (ROOT / floor).rglob("*.py"))
    declared = {field.name for field in fields(Metrics)} - {"registry"}
    assert {name for name in declared if not re.search(rf"metrics\.{name}\b|self\.{name}\b", code)} == set()


def declared() -> list[Row]:
    """Return what the code declares, as rows of the table."""
    made = new_metrics()
    rows = []
    for field in fields(Metrics)[1:]:
        metric = getattr(made, field.name)
        (family,) = metric.describe()
        name = f"{family.name}_total" if family.type == "counter" else family.name
        rows.append(Row(name, family.type, tuple(metric._labelnames), family.documentation))  # noqa: SLF001 - not told
    return rows


def test_every_metric_has_its_row_in_the_table_word_for_word() -> None:
    assert list(table()) == declared()


def test_the_table_says_which_process_tells_it() -> None:
    assert set(table().values()) <= PROCESSES
