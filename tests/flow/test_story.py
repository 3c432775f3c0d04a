"""The story of a generator at work: watched on the page, and played to its right end whatever is killed meanwhile."""

from playwright.sync_api import BrowserContext, expect

from gateway.demo.link import link
from gateway.demo.script import rounds
from tests.launcher.running import Fleet


def test_press_play_and_an_app_appears_while_the_bars_move(fleet: Fleet, context: BrowserContext) -> None:
    settings = fleet.home.read_env()
    page = context.new_page()
    page.goto(link(f"http://{settings['FLEET_HTTP']}", settings["FLEET_JWT_SECRET"]))
    page.get_by_label("Speed").select_option("at once")
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Play again")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("40 of 40 calls have ended, 1 failed")
    expect(page.locator("#groups h2")).to_have_text([one.say for one in rounds()])
    expect(page.locator("#groups li[data-status=executing]")).to_have_count(0)
    broken = page.locator("#groups li[data-status=completed] .wrong", has_text="closing tag")
    expect(broken).to_contain_text("src/Basket.tsx")
    app = page.frame_locator("#frame")
    expect(app.locator("h1")).to_have_text("Bread, baked this morning")
    app.get_by_role("button", name="€1.90").click()
    expect(app.locator("aside")).to_contain_text("1 in the basket, €1.90")
    expect(page.get_by_role("alert")).to_be_hidden()
