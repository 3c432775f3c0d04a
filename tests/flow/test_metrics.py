"""What a running fleet tells Prometheus is what the table promises."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.house.told import table
from tests.launcher.running import Fleet
from tests.patience import PATIENCE, until


def told(fleet: Fleet) -> dict[tuple[str, str], set[str]]:
    """Return the fleet's own metrics by name and kind, each with its labels."""
    text = httpx.get(f"{fleet.process('gateway')['url']}/metrics", timeout=PATIENCE).text
    found = {}
    for family in text_string_to_metric_families(text):
        if family.name.startswith("fleet_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            found[name, family.type] = labels
    return found


def test_a_running_fleet_tells_what_the_table_says_and_nothing_else(fleet: Fleet) -> None:
    promised = {(row.name, row.kind): set(row.labels) for row in table()}
    fleet.run("publish", "file-written", "--app", "measured", "--data", '{"path": "a.txt", "content": "x"}', "--follow")
    until(lambda: ("fleet_event_seconds", "histogram") in told(fleet), "the worker's measure of what it did")
    found = told(fleet)
    assert {metric: labels for metric, labels in found.items() if promised.get(metric) != labels} == {}
    # What has labels is there once it has happened; the rest at once.
    assert {metric for metric, labels in promised.items() if not labels} <= found.keys()
