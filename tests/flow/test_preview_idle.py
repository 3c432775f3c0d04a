"""A page that nobody touched for an hour: still live, or live again, with nothing missed and nothing lost."""

import psutil
import pytest
from playwright.sync_api import CDPSession, Page, Request, expect

from contracts.settings import Settings
from gateway.preview.passes import Passes, signing_key
from tests.flow.previewed import Previewed, is_marked, mark
from tests.flow.stream import following, wait_for

NETWORK = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.fixture
def page(app: Previewed) -> Page:
    """A page with a clock that can be put forward, on which somebody has done something."""
    app.context.clock.install()
    page = app.open()
    page.get_by_label("one more").click(click_count=2)
    mark(page)
    return page


def is_exact(app: Previewed, page: Page) -> bool:
    """Tell whether the page shows the newest revision, came there without a reload, and kept its state."""
    newest = app.ask("GET").json()["preview"]["revision"]
    page.wait_for_function("(rev) => window.applied.at(-1) === rev", arg=newest)
    applied: list[str] = page.evaluate("window.applied")
    assert len(applied) == len(set(applied))
    expect(page.locator("output")).to_have_text("2")
    return is_marked(page)


def updates(page: Page) -> list[Request]:
    """Return, as they are made, the page's requests for its stream."""
    made: list[Request] = []
    page.on("request", lambda request: made.append(request) if "/__fleet/updates" in request.url else None)
    return made


def test_an_hour_that_passes_leaves_the_page_live(app: Previewed, page: Page) -> None:
    asked = updates(page)
    with page.expect_request("**/__fleet/updates**"):
        app.context.clock.fast_forward("01:00:00")  # by its own clock the page has heard nothing for an hour
    app.replace("src/App.tsx", "Made live", "Made an hour later")
    expect(page.locator("h1")).to_have_text("Made an hour later")
    assert is_exact(app, page)
    assert len(asked) == 1, "it came back once, and stayed"


def test_a_laptop_that_slept_an_hour_catches_up_exactly(app: Previewed, page: Page) -> None:
    session = fall_asleep(app, page)
    with following(app.fleet, app.app_id) as steps:
        app.replace("src/App.tsx", "Made live", "Made in between")
        wait_for(steps, "preview-updated")
        app.replace("src/Tasks.tsx", "What next?", "And then?")
        wait_for(steps, "preview-updated")
        app.replace("src/App.tsx", "Made in between", "Made while asleep")
        wait_for(steps, "preview-updated")
    expect(page.locator("h1")).to_have_text("Made live")
    app.context.clock.fast_forward("01:00:00")
    session.send("Network.emulateNetworkConditions", {**NETWORK, "offline": False})
    expect(page.locator("h1")).to_have_text("Made while asleep")
    expect(page.get_by_label("a new task")).to_have_attribute("placeholder", "And then?")
    assert is_exact(app, page)
    app.replace("src/App.tsx", "Made while asleep", "Made awake")
    expect(page.locator("h1")).to_have_text("Made awake")
    assert is_exact(app, page)


def fall_asleep(app: Previewed, page: Page) -> CDPSession:
    """Take the network away, and cut what is open over it: offline alone leaves an open stream as it is."""
    session = app.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {**NETWORK, "offline": True})
    with page.expect_event("requestfailed", lambda request: "/__fleet/updates" in request.url):
        for workerd in psutil.Process(app.fleet.process("edge")["pid"]).children():
            workerd.kill()
    return session


def test_a_pass_that_runs_out_is_said_and_the_page_goes_on_with_another(app: Previewed, page: Page) -> None:
    cookies = [cookie for cookie in app.context.cookies(app.url) if cookie["name"].startswith("fleet_preview")]
    short = Passes(signing_key(Settings(jwt_secret=app.settings["FLEET_JWT_SECRET"])))._sign(  # noqa: SLF001 - hours, else
        "fleet-preview-cookie", app.app_id, 3
    )
    app.context.add_cookies([{**cookie, "value": short} for cookie in cookies])  # type: ignore[typeddict-item]
    with page.expect_request("**/__fleet/updates**"):
        app.context.clock.fast_forward("01:00:00")
    expect(page.locator("fleet-overlay section")).to_contain_text("no longer live")
    app.replace("src/App.tsx", "Made live", "Made behind a lock")
    app.tab(app.link())
    expect(page.locator("h1")).to_have_text("Made behind a lock")
    expect(page.locator("fleet-overlay")).to_have_count(0)
    assert is_exact(app, page)
