"""What a stranger finds after the first `fleet up`: an app that is there to be looked at, and to be edited."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from edge.local import binary
from tests.flow.previewed import is_marked, mark
from tests.flow.watched import watching
from tests.launcher.running import Fleet


@pytest.fixture(scope="module")
def first(absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet that was started for the first time."""
    if binary.find() is None:
        absent("workerd")
    fleet = Fleet(
        tmp_path_factory.mktemp("demo"), FLEET_HTTP="127.0.0.1:0", FLEET_EDGE_HTTP="127.0.0.1:0", FLEET_DEMO="yes"
    )
    try:
        fleet.up()
        fleet.until("the new demo app is at")
        yield fleet
    finally:
        fleet.discard()


@pytest.fixture
def page(first: Fleet, context: BrowserContext) -> Page:
    """The demo, opened by the link that was said when it had been made."""
    page, (said,) = context.new_page(), [line for line in first.said if "the new demo app is at" in line]
    page.goto(said.rpartition(" ")[2].strip())
    expect(page.locator("h1")).to_have_text("Made live")
    return page


def test_the_first_up_writes_a_demo_and_says_where_it_is(first: Fleet, page: Page) -> None:
    assert f"Look at the app `demo`, live:  {page.url} " in "".join(first.said)
    assert json.loads(first.run("demo", "--json").stdout) == {"app_id": "demo", "url": page.url, "made": False}


def test_the_demo_is_edited_in_a_folder_and_shows_it_with_its_state_kept(
    first: Fleet, page: Page, tmp_path: Path
) -> None:
    assert "fleet demo --to ./demo && " in "".join(first.said)
    folder, app = tmp_path / "demo", tmp_path / "demo/src/App.tsx"
    written = first.run("demo", "--to", str(folder))
    assert written.stdout.endswith(f" watch {folder} --app demo\n"), written.stderr
    with watching(first, folder, "demo") as until:
        assert until("file-stored")["unchanged"]
        page.get_by_label("one more").click(click_count=2)
        mark(page)
        app.write_text(app.read_text().replace("Made live", "Made by you"))
        expect(page.locator("h1")).to_have_text("Made by you")
        expect(page.locator("output")).to_have_text("2")
        assert is_marked(page)
        app.write_text(app.read_text().replace("Made by you", "Made live"))
        expect(page.locator("h1")).to_have_text("Made live")


def test_a_demo_that_nobody_wants_is_not_written(fleet: Fleet) -> None:
    assert "demo" not in {app["app_id"] for app in json.loads(fleet.run("apps", "--json").stdout)}
