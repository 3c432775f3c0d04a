"""Who sees a preview: whoever opens it with a ticket, in a tab or in an editor's frame, and nobody else."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import expect

from tests.flow.previewed import PATIENCE_MS, Previewed
from tests.patience import PATIENCE

#: What a page could do with another app's code if it came: take it, run it, measure it.
TAKE = """async ([url, rev]) => {
  const got = [];
  window.__fleet = { define: (id) => got.push(id), start() {} };
  const element = (name, about) => new Promise((resolve) => {
    const one = Object.assign(document.createElement(name), about, { onload: () => resolve(true) });
    one.onerror = () => resolve(false);
    document.head.append(one);
  });
  const book = `${url}__fleet/app.js?v=${rev}`;
  const arrived = {
    script: await element("script", { src: book }),
    unnamed: await element("script", { src: `${url}__fleet/app.js` }),
    preloaded: await element("link", { rel: "preload", as: "script", href: book }),
    map: await element("script", { src: `${url}__fleet/app.js.map?v=${rev}` }),
    module: await import(book).then(() => true, () => false),
    icon: await element("img", { src: `${url}icon.svg` }),
    updates: await element("script", { src: `${url}__fleet/updates?rev=x.0` }),
  };
  for (const mode of ["cors", "no-cors"]) {
    const answer = fetch(book, { mode, credentials: "include" });
    arrived[mode] = await answer.then((response) => response.text(), () => "") !== "";
  }
  return [got, Object.keys(arrived).filter((way) => arrived[way])];
}"""
#: Headers that are other ones each time.
CHANCE = ("x-request-id", "date")
REV = "document.querySelector('meta[name=fleet-revision]').content"


class Editor(ThreadingHTTPServer):
    """A page of another site that frames some addresses."""

    def __init__(self, *framed: str) -> None:
        frames = "".join(f'<iframe src="{address}"></iframe>' for address in framed)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(f'<link rel="icon" href="data:,">{frames}'.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Keep quiet."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def edit() -> Iterator[Callable[..., Editor]]:
    """Start editors."""
    started: list[Editor] = []

    def start(*framed: str) -> Editor:
        started.append(Editor(*framed))
        return started[-1]

    yield start
    for editor in started:
        editor.shutdown()
        editor.server_close()


def test_without_a_ticket_nothing_of_it_is_seen(app: Previewed) -> None:
    app.open()
    for path in (
        "",
        "some/where",
        "__fleet/app.js",
        "__fleet/app.js.map",
        "__fleet/updates?rev=x.0",
        "icon.svg",
        "api/x",
    ):
        answer = app.stranger(path)
        assert answer.status_code == 401, path
        assert "Made live" not in answer.text


def test_nobody_can_tell_a_private_app_from_none(app: Previewed) -> None:
    app.open()
    there, nowhere = app.stranger(), app.stranger(label="preview-nobody-at-all")
    assert (there.status_code, nowhere.status_code) == (401, 401)
    said = [
        [re.sub("nonce-[^']*", "", value) for name, value in sorted(answer.headers.items()) if name not in CHANCE]
        for answer in (there, nowhere)
    ]
    assert said[0] == said[1]


def test_a_ticket_and_the_cookie_it_becomes_are_good_for_one_app(
    app: Previewed, write: Callable[[], Previewed]
) -> None:
    app.open()
    other = write()
    ticket = app.link().partition("ticket=")[2]
    assert other.stranger(f"__fleet/open?ticket={ticket}").status_code == 401
    opened = app.stranger(f"__fleet/open?ticket={ticket}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    cookie = opened.headers["set-cookie"].partition(";")[0]
    assert "domain" not in opened.headers["set-cookie"].lower()
    assert app.stranger("__fleet/app.js", cookie=cookie).status_code == 200
    assert other.stranger("__fleet/app.js", cookie=cookie).status_code == 401


def test_an_editor_that_is_named_may_frame_it(app: Previewed, edit: Callable[..., Editor]) -> None:
    editor = edit(app.link())
    assert app.ask("PUT", "/preview", json={"frame_ancestors": [editor.origin]}).status_code == 200
    page = app.tab(editor.origin)
    framed = page.frame_locator("iframe")
    expect(framed.locator("h1")).to_have_text("Made live", timeout=PATIENCE_MS)
    app.replace("src/App.tsx", "Made live", "Made in a frame")
    expect(framed.locator("h1")).to_have_text("Made in a frame")


def test_an_app_in_the_same_editor_takes_nothing_of_another(
    app: Previewed, write: Callable[[], Previewed], edit: Callable[..., Editor]
) -> None:
    thief = write()
    editor = edit(app.link(), thief.link())
    for one in (app, thief):
        assert one.ask("PUT", "/preview", json={"frame_ancestors": [editor.origin]}).status_code == 200
    page = app.tab(editor.origin)
    for nth in range(2):
        shown = page.frame_locator("iframe").nth(nth).locator("h1")
        expect(shown).to_have_text("Made live", timeout=PATIENCE_MS)
    framed, theirs = (next(frame for frame in page.frames if one.app_id in frame.url) for one in (app, thief))
    assert theirs.evaluate(TAKE, [app.url, framed.evaluate(REV)]) == [[], []]
    assert framed.evaluate("fetch('/__fleet/app.js').then((answer) => answer.status)") == 200


def test_an_app_in_another_tab_takes_nothing(app: Previewed, write: Callable[[], Previewed]) -> None:
    rev = app.open().evaluate(REV)
    assert write().open().evaluate(TAKE, [app.url, rev]) == [[], []]


def test_another_site_may_not(app: Previewed, edit: Callable[..., Editor]) -> None:
    app.open()
    page = app.tab(edit(app.link()).origin)
    page.wait_for_function("() => document.querySelector('iframe')")
    assert any("frame-ancestors" in line for line in app.until_said("frame-ancestors"))
    expect(page.frame_locator("iframe").get_by_text("Made live")).to_have_count(0)


def test_a_public_preview_is_for_everybody_until_it_is_private_again(app: Previewed) -> None:
    app.open()
    assert app.ask("PUT", "/preview", json={"private": False}).json()["open_url"] == app.url
    assert app.stranger().status_code == 200
    app.ask("PUT", "/preview", json={"private": True})
    assert app.stranger().status_code == 401


def test_the_command_line_says_who_may_look(app: Previewed) -> None:
    def access(*said: str) -> tuple[bool, list[str]]:
        found = json.loads(app.fleet.run("access", "--app", app.app_id, "--json", *said).stdout)
        return found["private"], found["frame_ancestors"]

    editor = "https://editor.example"
    assert access("--frame-ancestor", editor) == (True, [editor])
    assert access("--public") == (False, [editor])
    assert app.stranger().status_code == 200
    assert access("--private", "--frame-ancestor", "") == (True, [])
    assert app.stranger().status_code == 401
    wrong = app.fleet.run("access", "--app", app.app_id, "--frame-ancestor", "editor.example")
    assert (wrong.returncode, "frame_ancestors" in wrong.stderr) == (1, True)


@pytest.mark.parametrize(
    "ancestor", ["https://a.example; script-src *", "'none'", "javascript:x", "https://a.example,b"]
)
def test_what_could_change_the_policy_is_refused(app: Previewed, ancestor: str) -> None:
    assert app.ask("PUT", "/preview", json={"frame_ancestors": [ancestor]}).status_code == 422


def test_a_viewer_may_not_say_who_may_look(app: Previewed) -> None:
    assert app.ask("PUT", "/preview", role="viewer", json={"private": False}).status_code == 403


def test_the_edge_does_not_pass_on_what_a_client_says_of_itself(app: Previewed) -> None:
    app.open()
    headers = {"x_edge_app": "demo", "x_edge_environment": "preview", "x_forwarded_proto": "https"}
    assert app.stranger(**headers).status_code == 401
    assert httpx.get(f"http://{app.settings['FLEET_HTTP']}/__fleet/app.js", timeout=PATIENCE).status_code == 404
