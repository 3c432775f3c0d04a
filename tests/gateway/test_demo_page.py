"""The page where one watches tools at work, in Chromium: what it shows, who gets in, and how it comes back."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gateway.demo.link import link
from gateway.demo.script import rounds
from tests.gateway.conftest import SECRET, Author, Gateway, token
from tests.patience import PATIENCE

APP = "story"


class Tools:
    """Says what tools would say, of a message of its own."""

    def __init__(self, author: Author, message_id: str) -> None:
        self._author, self._message_id = author, message_id
        self._clock = 0

    def say(self, index: int, kind: str = "progress", iteration: int = 0, **fact: Any) -> None:
        self._clock += 1
        at = f"2026-01-31T12:00:{self._clock:02}.000+00:00"
        about: dict[str, Any] = {"message_id": self._message_id, "tool_index": index, "iteration": iteration, "at": at}
        self._author.write(APP, kind=kind, **about, **fact)

    def stage(self, index: int, stage: str, progress: int, message: str = "", **fact: Any) -> None:
        self.say(index, stage=stage, progress=progress, message=message, tool_name="os-write", **fact)


@pytest.fixture
def tools(author: Author, request: pytest.FixtureRequest) -> Tools:
    return Tools(author, request.node.name)


@pytest.fixture
def page(served: Gateway, context: BrowserContext) -> Page:
    """The page, opened by the link that `make up` prints."""
    page = context.new_page()
    page.goto(link(served.url, SECRET))
    expect(page.locator("#app")).to_have_text(APP)
    return page


def bar(page: Page, number: int) -> Any:
    return page.locator("#groups li[data-status]").nth(number)


def test_a_bar_moves_by_stages_to_its_end(page: Page, tools: Tools) -> None:
    tools.stage(0, "analyzing", 10, "src/App.tsx")
    expect(bar(page, 0)).to_contain_text("os-writesrc/App.tsxanalyzing")
    expect(bar(page, 0).locator("progress")).to_have_js_property("value", 10)
    tools.stage(0, "writing", 30)
    expect(bar(page, 0).locator("progress")).to_have_js_property("value", 30)
    tools.say(0, "tool-completed", tool="os-write", details={"file_path": "src/App.tsx", "validation": {"errors": []}})
    expect(bar(page, 0)).to_have_attribute("data-status", "completed")
    expect(page.get_by_role("status")).to_have_text("1 of 1 calls have ended")
    bar(page, 0).locator("summary").focus()
    page.keyboard.press("Enter")
    expect(bar(page, 0).locator(".stages")).to_contain_text("1000 ms  30 %  writing")


def test_what_went_wrong_is_read_without_opening_anything(page: Page, tools: Tools) -> None:
    flaw = {"file": "src/App.tsx", "line": 3, "column": 1, "message": "Unexpected <img src=x onerror=alert(1)>"}
    details = {"file_path": "src/App.tsx", "validation": {"compiled": False, "errors": [flaw]}}
    tools.say(0, "tool-completed", tool="os-write", details=details)
    tools.say(1, "tool-failed", tool="os-wirte", reason="there is no such tool", nearest=["os-write"])
    expect(bar(page, 0).locator(".wrong")).to_have_text("src/App.tsx:3  Unexpected <img src=x onerror=alert(1)>")
    expect(bar(page, 1).locator(".wrong")).to_contain_text("there is no such tool\nnearest: os-write")
    expect(page.get_by_role("status")).to_have_text("2 of 2 calls have ended, 1 failed")


def test_who_comes_late_or_comes_back_sees_the_whole_message(page: Page, tools: Tools, served: Gateway) -> None:
    tools.stage(0, "analyzing", 10)
    tools.say(0, "tool-completed", tool="os-write", details={})
    tools.stage(1, "writing", 30, iteration=1)
    expect(bar(page, 1)).to_contain_text("writing")
    page.reload()
    expect(bar(page, 1)).to_contain_text("writing")
    late = page.context.new_page()
    late.goto(link(served.url, SECRET))
    expect(late.locator("#app")).to_have_text(APP)
    tools.stage(1, "validating", 80, iteration=1)
    for each in (page, late):
        expect(each.locator("#groups h2")).to_have_text(["Iteration 0", "Iteration 1"])
        expect(bar(each, 0)).to_have_attribute("data-status", "completed")
        expect(bar(each, 1)).to_contain_text("validating")


def test_a_later_attempt_takes_the_place_of_the_one_before(page: Page, tools: Tools) -> None:
    tools.say(0, "tool-failed", tool="os-write", reason="is broken")
    expect(bar(page, 0)).to_have_attribute("data-status", "failed")
    tools.stage(0, "analyzing", 10, attempt=2)
    expect(bar(page, 0)).to_have_attribute("data-status", "executing")
    expect(bar(page, 0)).to_contain_text("attempt 2")
    expect(bar(page, 0).locator(".wrong")).to_be_hidden()


def test_the_preview_flashes_with_what_is_seen_and_tells_what_is_broken(page: Page, author: Author) -> None:
    author.write(APP, kind="preview-updated", revision="x.7")
    expect(page.locator("#shown")).to_have_text("revision 7")
    author.write(APP, kind="preview-acknowledged", revision="x.7")
    expect(page.locator("#shown")).to_have_text("revision 7, seen")
    expect(page.locator("#window")).to_have_class("flash")
    author.write(APP, kind="preview-failed", revision="x.8", file="src/A.tsx", line=2, message="Unexpected token")
    expect(page.get_by_role("alert")).to_have_text("src/A.tsx:2  Unexpected token")
    author.write(APP, kind="preview-updated", revision="x.9")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_without_a_token_nothing_is_shown_and_one_is_asked_for(served: Gateway, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/demo")
    expect(page.get_by_role("dialog")).to_contain_text("fleet token")
    page.get_by_label("Token").fill(token("another", role="publisher"))
    expect(page.get_by_label("App", exact=True)).to_have_value("another")
    page.keyboard.press("Enter")
    expect(page.locator("#app")).to_have_text("another")
    expect(page.get_by_role("button", name="Play")).to_be_hidden()  # it would empty the app


@pytest.mark.parametrize("about", [{"ttl": -1}, {"role": "nobody"}, {"app": "other"}], ids=str)
def test_a_token_that_is_not_good_is_asked_for_again(
    served: Gateway, context: BrowserContext, about: dict[str, Any]
) -> None:
    page = context.new_page()
    page.goto(f"{served.url}/demo?app=story#token={token(about.pop('app', APP), **about)}")
    expect(page.get_by_role("dialog")).to_contain_text("token")
    assert page.evaluate("sessionStorage.getItem('token')") is None


def test_the_token_stays_in_the_tab(page: Page, served: Gateway) -> None:
    assert page.url == f"{served.url}/demo?app=story"
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    assert not [line for line in served.lines if "token=" in str(line)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_looked_at_by_day_and_by_night_and_without_motion(
    served: Gateway, context: BrowserContext, tools: Tools, scheme: Any
) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(link(served.url, SECRET))
    expect(page.locator("#app")).to_have_text(APP)
    tools.stage(0, "writing", 30, "src/App.tsx")
    expect(bar(page, 0)).to_be_visible()
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(246, 246, 249)") == (scheme == "light")
    page.evaluate("document.getElementById('window').classList.add('flash')")
    expect(page.locator("#window")).to_have_css("animation-name", "none")


def test_it_may_run_nothing_but_its_own(served: Gateway) -> None:
    for path, kind in (("", "text/html"), ("/main.js", "text/javascript"), ("/demo.css", "text/css")):
        answer = httpx.get(f"{served.url}/demo{path}", timeout=PATIENCE)
        assert answer.headers["content-type"].startswith(kind)
        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= {*policy}
        assert "frame-src http://*.localhost:8787" in policy
    for absent in ("/script.py", "/..%2fapp.py", "/nothing.js", "/app"):
        assert httpx.get(f"{served.url}/demo{absent}", timeout=PATIENCE).status_code == 404


def test_the_story_is_forty_calls_that_it_serves_as_they_are(served: Gateway) -> None:
    found = httpx.get(f"{served.url}/demo/story.json", timeout=PATIENCE).json()["rounds"]
    assert [one["say"] for one in found] == [one.say for one in rounds()]
    assert sum(len(one["calls"]) for one in found) == 40
