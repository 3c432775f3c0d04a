"""What a person sees while a generator writes: every part of the way is the real one, and so is the browser."""

import os
import signal
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.flow.previewed import PATIENCE_MS, Previewed, is_marked, mark
from tests.flow.stream import following, wait_for


def test_the_page_comes_by_itself_and_is_acknowledged(app: Previewed) -> None:
    page = app.open()  # perhaps before there is anything to see
    assert app.ask("GET").json()["preview"]["status"] == "ready"
    with following(app.fleet, app.app_id) as steps:
        ready = wait_for(steps, "preview-ready")
        seen = wait_for(steps, "preview-acknowledged")
    assert seen["revision"] == ready["revision"] == page.get_attribute("meta[name=fleet-revision]", "content")
    assert seen["story_id"] == ready["story_id"]
    assert not [line for line in app.console if line.startswith("error")]


def test_an_edit_keeps_what_the_person_did(app: Previewed) -> None:
    page = app.open()
    page.get_by_label("one more").click(click_count=3)
    mark(page)
    app.replace("src/App.tsx", "Made live", "Made anew")
    expect(page.locator("h1")).to_have_text("Made anew")
    expect(page.locator("output")).to_have_text("3")
    assert is_marked(page)


def test_a_new_class_and_a_style_sheet_change_in_place(app: Previewed) -> None:
    page = app.open()
    mark(page)
    app.replace("src/App.tsx", "text-3xl", "text-[31px]")
    expect(page.locator("h1")).to_have_css("font-size", "31px")
    app.replace("src/index.css", "bg-zinc-50", "bg-[rgb(1,2,3)]")
    expect(page.locator("body")).to_have_css("background-color", "rgb(1, 2, 3)")
    assert is_marked(page)


def test_a_syntax_error_is_shown_until_it_is_mended(app: Previewed) -> None:
    page = app.open()
    mark(page)
    right = app.files["src/Counter.tsx"]
    app.replace("src/Counter.tsx", "const [count", "const [[count")
    expect(page.locator("fleet-overlay section")).to_contain_text("src/Counter.tsx:6")
    expect(app.tab(app.url).locator("fleet-overlay section")).to_contain_text("src/Counter.tsx:6")
    app.publish({"src/Counter.tsx": right})
    expect(page.locator("fleet-overlay")).to_have_count(0)
    assert is_marked(page)


def test_a_burst_ends_with_the_last(app: Previewed) -> None:
    page = app.open()
    before = app.files["src/App.tsx"]
    for n in range(50):
        app.publish({"src/App.tsx": before.replace("Made live", f"Made {n} times")})
    expect(page.locator("h1")).to_have_text("Made 49 times")
    newest = app.ask("GET").json()["preview"]["revision"]
    page.wait_for_function("(rev) => window.applied.includes(rev)", arg=newest)


def test_a_page_catches_up_with_what_it_missed_while_the_gateway_was_dead(app: Previewed) -> None:
    page = app.open()
    page.get_by_label("one more").click()
    mark(page)
    os.kill(app.fleet.process("gateway")["pid"], signal.SIGKILL)
    app.replace("src/App.tsx", "Made live", "Made meanwhile")
    app.replace("src/Tasks.tsx", "What next?", "And then?")
    expect(page.locator("h1")).to_have_text("Made meanwhile", timeout=PATIENCE_MS)
    expect(page.get_by_label("a new task")).to_have_attribute("placeholder", "And then?")
    expect(page.locator("output")).to_have_text("1")
    assert is_marked(page)
    app.fleet.until("gateway        ready in")


def test_two_tabs_show_the_same(app: Previewed) -> None:
    one, other = app.open(), app.open()
    one.get_by_label("one more").click()
    app.replace("src/App.tsx", "Made live", "Made twice")
    for page, count in ((one, "1"), (other, "0")):
        expect(page.locator("h1")).to_have_text("Made twice")
        expect(page.locator("output")).to_have_text(count)


def test_an_error_of_the_app_becomes_a_fact_of_its_story(app: Previewed) -> None:
    app.open()
    app.replace(
        "src/main.tsx", 'import "./index.css";', 'import "./index.css";\nsetTimeout(() => { throw Error("Oh"); });'
    )
    with following(app.fleet, app.app_id) as steps:
        errored = wait_for(steps, "preview-errored")
    assert (errored["count"], errored["trusted"]) == (1, False)
    assert "Oh" in errored["message"]


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(28, 25, 23)")])
def test_the_overlay_keeps_its_shape_whatever_the_app_says_of_its_elements(
    app: Previewed, scheme: Literal["light", "dark"], paper: str
) -> None:
    page = app.open()
    page.emulate_media(color_scheme=scheme)
    app.publish({"src/index.css": "* { padding: 0; margin: 0; color: red !important; display: inline }"})
    app.replace("src/Counter.tsx", "const [count", f"const long = '{'very ' * 60}';\n  const [[count")
    section = page.locator("fleet-overlay section")
    expect(section).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    expect(section).to_have_css("background-color", paper)
    place = section.bounding_box()
    assert place is not None
    assert (place["x"] > 0, place["y"] > 0) == (True, True)
