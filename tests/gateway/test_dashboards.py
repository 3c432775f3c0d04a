"""The dashboards are pages that Grafana can load, and that somebody can read."""

import json
import re
from typing import Any

import pytest

from gateway.dashboards.grafana import rendered
from gateway.dashboards.panel import Dashboard
from gateway.dashboards.shelf import DASHBOARDS

GATEWAY = "http://127.0.0.1:8700"


@pytest.fixture(params=DASHBOARDS, ids=lambda one: one.uid)
def page(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rendered(request.param, GATEWAY))
    return found


def test_no_panel_lies_over_another_and_no_line_is_wider_than_the_page(page: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in page["panels"]):
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_every_panel_says_what_it_means_and_in_which_unit(page: dict[str, Any]) -> None:
    panels = [panel for panel in page["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in page["panels"]}) == len(page["panels"])
    assert len({panel["title"] for panel in panels if panel["type"] == "stat"}) > 2
    assert all(panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    assert all(target["expr"] for panel in panels for target in panel["targets"])


def test_each_variable_that_is_asked_for_can_be_chosen(page: dict[str, Any]) -> None:
    chosen = {variable["name"] for variable in page["templating"]["list"]}
    said = json.dumps([page["panels"], page["links"]])
    asked = set(re.findall(r"\$\{?([a-z_]\w*)", said)) - {"__rate_interval"}
    assert asked <= chosen
    assert chosen - asked == set()


def test_a_page_leads_to_the_story_of_an_event(page: dict[str, Any]) -> None:
    assert "${gateway}/v1/stories/${story}" in {link.get("url") for link in page["links"]}
    assert next(one for one in page["templating"]["list"] if one["name"] == "gateway")["query"] == GATEWAY


def test_each_dashboard_has_a_name_of_its_own() -> None:
    def names(one: Dashboard) -> tuple[str, str]:
        return one.uid, one.title

    assert len(set(map(names, DASHBOARDS))) == len(DASHBOARDS) == 6
