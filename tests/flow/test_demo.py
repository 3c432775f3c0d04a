"""What a stranger finds after the first `fleet up`: an app that is there to be looked at."""

import json
from collections.abc import Callable
from typing import NoReturn

import pytest
from playwright.sync_api import BrowserContext, expect

from edge.local import binary
from tests.launcher.running import Fleet


def test_the_first_up_writes_a_demo_and_says_where_it_is(
    absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory, context: BrowserContext
) -> None:
    if binary.find() is None:
        absent("workerd")
    home = tmp_path_factory.mktemp("demo")
    fleet = Fleet(home, FLEET_HTTP="127.0.0.1:0", FLEET_EDGE_HTTP="127.0.0.1:0", FLEET_DEMO="yes")
    try:
        fleet.up()
        url = fleet.until("the new demo app is at").rpartition(" ")[2].strip()
        assert f"Look at the app `demo`, live:  {url} " in "".join(fleet.said)
        page = context.new_page()
        page.goto(url)
        expect(page.locator("h1")).to_have_text("Made live")
        assert json.loads(fleet.run("demo", "--json").stdout) == {"app_id": "demo", "url": url, "made": False}
    finally:
        fleet.discard()


def test_a_demo_that_nobody_wants_is_not_written(fleet: Fleet) -> None:
    assert "demo" not in {app["app_id"] for app in json.loads(fleet.run("apps", "--json").stdout)}
