"""What a page tells: errors to its origin, elements to an editor that frames it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.edge.preview.conftest import Show
from tests.edge.preview.counter import counter
from tests.edge.preview.shown import Shown
from tests.patience import until

THROW = "(text) => { setTimeout(() => { throw new Error(text) }); }"


class _Editor(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><title>Editor</title><link rel=icon href='data:,'><body>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


@pytest.fixture
def editor() -> Iterator[str]:
    """An origin of its own that frames previews."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Editor) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def errors(shown: Shown) -> list[str]:
    return [body["message"] for path, body, _ in shown.origin.posts if path == "/__fleet/error"]


def test_an_uncaught_error_is_reported_with_its_place(show: Show) -> None:
    shown = show(counter())
    shown.replace("src/App.tsx", "setCount(count + 1)", "{\n        throw new Error(`no ${count}`);\n      }")
    shown.click("main button")
    report = shown.origin.wait_for_post("/__fleet/error", message="no 0", file="src/App.tsx", line=11)
    assert report["rev"] == shown.app.rev
    assert report["nonce"] == "of-this-page"
    assert "no 0" in report["stack"]
    shown.overlay_is_gone()


def test_a_rejection_that_nobody_handles_is_reported(show: Show) -> None:
    shown = show(counter())
    shown.page.evaluate("() => { Promise.reject(new Error('adrift')); Promise.reject('mere words'); }")
    shown.origin.wait_for_post("/__fleet/error", message="adrift")
    shown.origin.wait_for_post("/__fleet/error", message="mere words")


def test_an_error_is_reported_once_a_revision(show: Show) -> None:
    shown = show(counter())
    for _ in range(3):
        shown.page.evaluate(THROW, "again")
    shown.page.evaluate(THROW, "last")
    for message in ("again", "last"):  # they come side by side
        shown.origin.wait_for_post("/__fleet/error", message=message)
    assert sorted(errors(shown)) == ["again", "last"]
    rev = shown.replace("src/App.tsx", "First", "Second")
    shown.page.evaluate(THROW, "again")
    shown.origin.wait_for_post("/__fleet/error", message="again", rev=rev)


def test_a_revision_that_does_not_compile_is_not_acknowledged(show: Show) -> None:
    shown = show(counter())
    broken = {"file": "src/App.tsx", "line": 1, "column": 1, "message": "half a file", "frame": None}
    shown.origin.told["failed"] = {**broken, "rev": shown.app.rev}  # as the origin writes it: the page's own revision
    shown.origin.wait_for_post("/__fleet/ack", rev=shown.app.rev)
    later = shown.tab()
    expect(later.locator("h1")).to_have_text("First")
    expect(later.locator("fleet-overlay section")).to_contain_text("half a file")
    rev = shown.replace("src/App.tsx", "First", "Second")
    shown.applied(rev, later)
    until(lambda: shown.origin.acknowledged().count(rev) == 2, "both pages acknowledge what they show")
    assert len(shown.origin.acknowledged()) == 3, "the first page showed what compiled, and the later one did not"
    assert later.evaluate("window.applied") == [rev]


def test_a_page_reports_with_what_its_stream_brought_last(show: Show) -> None:
    shown = show(counter())
    shown.app.say("nonce", {"nonce": "of-this-stream"})
    rev = shown.replace("src/App.tsx", "First", "Second")
    shown.origin.wait_for_post("/__fleet/ack", rev=rev, nonce="of-this-stream")
    shown.page.evaluate(THROW, "late")
    shown.origin.wait_for_post("/__fleet/error", message="late", nonce="of-this-stream")


def test_a_flood_of_errors_is_held_back(show: Show) -> None:
    shown = show(counter())
    shown.page.evaluate("() => { for (let n = 0; n < 40; n++) setTimeout(() => { throw new Error(`number ${n}`) }); }")
    shown.origin.wait_for_post("/__fleet/error", message="number 9")
    shown.replace("src/App.tsx", "First", "Second")
    assert sorted(errors(shown)) == [f"number {n}" for n in range(10)]


def test_a_report_is_never_longer_than_allowed(show: Show) -> None:
    shown = show(counter())
    shown.page.evaluate(THROW, "ü€" * 9_000)
    shown.origin.wait_for_post("/__fleet/error")
    shown.page.evaluate(THROW, "short")
    shown.origin.wait_for_post("/__fleet/error", message="short")
    sizes = [size for path, _, size in shown.origin.posts if path == "/__fleet/error"]
    assert len(sizes) == 2
    assert max(sizes) <= 4096


def framed(shown: Shown, editor: str) -> tuple[Page, Frame]:
    """Open an editor that frames the app, and note what it is told."""
    outside = shown.page.context.new_page()
    outside.goto(editor)
    outside.evaluate(
        """(url) => {
            window.heard = [];
            addEventListener('message', (event) => heard.push(event.data));
            const frame = document.createElement('iframe');
            frame.src = url;
            document.body.append(frame);
            return new Promise((resolve) => { frame.onload = resolve; });
        }""",
        shown.origin.url,
    )
    outside.frame_locator("iframe").locator("h1").wait_for()
    return outside, outside.frames[1]


def ask(outside: Page, url: str) -> None:
    outside.evaluate(
        "(message) => frames[0].postMessage(message, '*')", {"type": "enable-inspection", "preview_url": url}
    )


@pytest.mark.parametrize("edited", [False, True])
def test_an_editor_learns_which_file_an_element_is_from(show: Show, version: int, editor: str, edited: bool) -> None:
    shown = show(counter(), version, frame_ancestors=[editor])
    if edited:
        shown.replace("src/App.tsx", "<h1>", "<h1 title='x'>")
    outside, frame = framed(shown, editor)
    if edited:
        rev = shown.app.write({"src/App.tsx": shown.edited("src/App.tsx", "title='x'", 'className="big"')})
        frame.wait_for_function("(rev) => window.applied?.includes(rev) ?? document.querySelector('.big')", arg=rev)
    ask(outside, shown.origin.url)
    outside.wait_for_function("heard.some((message) => message.type === 'inspection-enabled')")
    frame.locator("main button").hover()
    assert frame.locator("fleet-marker").count() == 1
    frame.locator("main button").click()
    outside.wait_for_function("heard.some((message) => message.type === 'element-inspected')")
    found = outside.evaluate("heard.at(-1)")
    assert (found["file"], found["line"], found["column"]) == ("src/App.tsx", 10, 7)
    assert (found["component"], found["tag"], found["text"]) == ("App", "button", "0 times")
    assert frame.locator("main button").inner_text() == "0 times"
    outside.keyboard.press("Escape")
    outside.wait_for_function("heard.at(-1).type === 'inspection-disabled'")
    frame.locator("main button").click()
    assert frame.locator("main button").inner_text() == "1 times"
    assert frame.locator("fleet-marker").count() == 0


def test_nobody_else_may_inspect(show: Show, editor: str) -> None:
    shown = show(counter(), frame_ancestors=["https://editor.example"])
    outside, frame = framed(shown, editor)
    ask(outside, shown.origin.url)
    frame.locator("main button").click()
    assert frame.locator("main button").inner_text() == "1 times"
    assert outside.evaluate("heard") == []


def test_a_question_that_is_meant_for_another_preview_is_not_answered(show: Show, editor: str) -> None:
    shown = show(counter(), frame_ancestors=[editor])
    outside, frame = framed(shown, editor)
    ask(outside, "https://preview-other.overskill.app/")
    frame.locator("main button").click()
    assert frame.locator("main button").inner_text() == "1 times"
    assert outside.evaluate("heard") == []
