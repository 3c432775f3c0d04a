"""Every alert is raised when it has to be, ends by itself, and says what to do."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from actors.runtime.telemetry import new_metrics
from gateway.dashboards.panel import METRIC
from gateway.dashboards.shelf import AWAITED, DASHBOARDS

RULES = Path(__file__).parents[2] / "gateway/alerts"
PLAYS = sorted((Path(__file__).parent / "alerts").glob("*.yml"))
ALERTS = re.findall(r"alert: (\w+)", "".join(path.read_text() for path in sorted(RULES.glob("*.yml"))))
#: A histogram and a counter are asked for by what they are made of.
MADE_OF = re.compile(r"_(bucket|count|sum)$")


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.stem)
def test_what_is_played_raises_what_it_has_to(play: Path, absent: Callable[[str], NoReturn]) -> None:
    promtool = shutil.which("promtool") or absent("promtool, of Prometheus,")
    said = subprocess.run([promtool, "test", "rules", play], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_alert_is_played_and_has_a_runbook() -> None:
    raised = re.findall(r"alertname: (\w+)\n +exp_alerts:\n", "".join(play.read_text() for play in PLAYS))
    runbooks = (RULES / "runbooks.md").read_text()
    told = re.findall(
        r"^## (\w+)\n\*\*Means\*\* .+?\n\*\*Look\*\* .+?\n\*\*Do\*\* ", runbooks, re.DOTALL | re.MULTILINE
    )
    assert len(ALERTS) == len(set(ALERTS)) > 10
    assert sorted(ALERTS) == sorted(set(raised)) == sorted(told)


def test_rules_and_panels_ask_for_what_is_taken_or_named_as_awaited() -> None:
    rules = "".join(path.read_text() for path in RULES.glob("*.yml"))
    panels = "".join(ask.query for one in DASHBOARDS for panel in one.panels() for ask in panel.asks)
    asked = {MADE_OF.sub("", name) for name in METRIC.findall(rules + panels) if name.startswith("fleet_")}
    taken = {metric.name for metric in new_metrics().registry.collect()}
    taken |= {f"{metric.name}_total" for metric in new_metrics().registry.collect() if metric.type == "counter"}
    assert asked - taken == AWAITED
    assert AWAITED & taken == set()
