"""The way from the stream to the page: nothing missed, nothing twice, no needless reload."""

from playwright.sync_api import Page, expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter


def test_two_tabs_follow_the_same_app(show: Show) -> None:
    shown = show(counter())
    other = shown.tab()
    expect(other.locator("h1")).to_have_text("First")
    shown.click("main button", times=2)
    rev = shown.replace("src/App.tsx", "First", "Second")
    shown.applied(rev, other)
    expect(other.locator("h1")).to_have_text("Second")
    expect(other.locator("main button")).to_have_text("0 times")
    shown.has("main button", "2 times")


def test_a_page_that_was_cut_off_catches_up(show: Show) -> None:
    shown = show(counter())
    shown.click("main button", times=2)
    shown.mark()
    shown.origin.away.set()
    shown.origin.cut_streams()
    shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "First", "Second")})
    shown.app.write({"src/label.ts": shown.edited("src/label.ts", "times", "clicks")})
    shown.has("h1", "First")
    shown.origin.away.clear()
    shown.applied(shown.app.rev)
    shown.has("h1", "Second")
    shown.has("main button", "2 clicks")
    assert shown.is_marked


def test_a_page_asks_for_what_it_has_not(show: Show) -> None:
    shown = show(counter())
    first = shown.app.rev
    second = shown.replace("src/App.tsx", "First", "Second")
    before = len(shown.origin.requests)
    shown.origin.cut_streams()
    shown.replace("src/App.tsx", "Second", "Third")
    streams = [path for path in shown.origin.requests if path.startswith("/__fleet/updates")]
    assert streams[0].endswith(first)
    assert shown.origin.requests[before] == f"/__fleet/updates?rev={second}"


def test_an_edit_while_the_page_still_loads_is_not_lost(show: Show) -> None:
    shown = show(counter())
    first = shown.app.rev
    shown.origin.app_may_go.clear()
    shown.page.reload(wait_until="commit")
    shown.page.wait_for_function("document.querySelector('fleet-overlay') === null && window.__fleet !== undefined")
    rev = shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "First", "Second")})
    shown.app.say(
        "failed", {"rev": rev, "file": "src/x.ts", "line": 1, "column": 1, "message": "taken in", "frame": None}
    )
    shown.overlay_has("taken in")
    shown.app.say("cleared", {})
    shown.origin.app_may_go.set()
    shown.applied(rev)
    shown.has("h1", "Second")
    assert shown.page.evaluate("window.applied") == [first, rev]


def test_a_registry_that_does_not_arrive_is_asked_for_again(show: Show) -> None:
    shown = show(counter())
    shown.page.route("**/__fleet/app.js*", lambda route: route.abort(), times=1)
    shown.page.reload()
    shown.has("h1", "First")


def test_a_revision_that_is_not_newer_is_ignored(show: Show) -> None:
    shown = show(counter())
    rev = shown.replace("src/App.tsx", "First", "Second")
    stale = {
        "rev": rev,
        "modules": [],
        "css": [{"id": "src/index.css", "text": "h1 { display: none; }"}],
        "removed": [],
    }
    shown.app.say("update", stale)
    shown.app.say("update", {**stale, "rev": f"{shown.app.epoch}.1"})
    shown.replace("src/App.tsx", "Second", "Third")
    expect(shown.page.locator("h1")).to_be_visible()
    shown.has("h1", "Third")


def test_a_revision_is_acknowledged_once(show: Show) -> None:
    shown = show(counter())
    revs = [shown.app.rev, shown.replace("src/App.tsx", "First", "Second")]
    shown.origin.cut_streams()
    revs.append(shown.replace("src/App.tsx", "Second", "Third"))
    shown.origin.wait_for_post("/__fleet/ack", rev=revs[-1])
    assert sorted(shown.origin.acknowledged()) == revs


def test_a_burst_ends_with_the_newest(show: Show) -> None:
    shown = show(counter())
    shown.click("main button")
    app = shown.app.files["src/App.tsx"]
    for number in range(50):
        rev = shown.app.write({"src/App.tsx": app.replace("First", f"Number {number}")})
    shown.applied(rev)
    shown.has("h1", "Number 49")
    shown.has("main button", "1 times")
    acknowledged = shown.origin.acknowledged()
    assert len(acknowledged) == len(set(acknowledged))


def test_another_epoch_is_one_reload(show: Show) -> None:
    shown = show(counter())
    shown.mark()
    shown.app.epoch, shown.app.n = "restored", 1
    with shown.page.expect_event("load"):
        shown.app.say("update", {"rev": "restored.1", "modules": [], "css": [], "removed": []})
    shown.applied("restored.1")
    shown.has("h1", "First")
    assert not shown.is_marked


def test_an_epoch_that_stays_foreign_does_not_reload_for_ever(show: Show) -> None:
    shown = show(counter())
    loads: list[object] = []

    def note(page: Page) -> None:
        loads.append(page)

    shown.page.on("load", note)
    foreign = {"rev": "elsewhere.9", "modules": [], "css": [], "removed": []}
    with shown.page.expect_event("load"):
        shown.app.say("update", foreign)
    shown.has("h1", "First")
    shown.app.say("update", foreign)
    shown.replace("src/App.tsx", "First", "Second")
    assert len(loads) == 1


def test_the_server_may_ask_for_a_reload(show: Show) -> None:
    shown = show(counter())
    shown.mark()
    with shown.page.expect_event("load"):
        shown.app.say("reload", {})
    shown.has("h1", "First")
    assert not shown.is_marked


def test_a_new_dependency_is_a_full_reload(show: Show) -> None:
    shown = show(counter())
    shown.app.packages = {**shown.app.packages, "extra": {"url": "data:text/javascript,export default 5", "cjs": False}}
    app = shown.edited("src/App.tsx", "</main>", "<b>{extra}</b></main>")
    with shown.page.expect_event("load"):
        shown.app.write({"src/App.tsx": 'import extra from "extra";' + app})
    shown.has("b", "5")


def test_a_dependency_in_commonjs_has_names_and_a_default(show: Show) -> None:
    shown = show(counter())
    shown.write(
        "src/App.tsx",
        'import React, { useState } from "react";\nimport * as All from "react";\n'
        "export default function App() {"
        " return <b>{String(React.useState === useState && All.useState === useState && All.default === React)}</b>; }",
    )
    shown.has("b", "true")


def test_a_policy_of_the_app_that_forbids_scripts_still_shows_edits(show: Show) -> None:
    shown = show(counter())
    shown.origin.headers["content-security-policy"] = "script-src 'self'"
    shown.page.reload()
    shown.has("h1", "First")
    with shown.page.expect_event("load"):
        shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "First", "Second")})
    shown.has("h1", "Second")
