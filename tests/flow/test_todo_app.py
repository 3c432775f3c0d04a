"""A todo app with sign-in, as a generator writes it: files, and one change of the schema. It asks its own host."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.previewed import PATIENCE_MS, Previewed
from tests.flow.stream import following, wait_for

TABLE = {
    "table": "todos",
    "columns": [
        {"name": "title", "type": "text", "nullable": False},
        {"name": "done", "type": "boolean", "default": False},
    ],
}
INDEX = """<!doctype html><html><head><title>Todos</title></head><body>
<h1>Todos</h1>
<form id="who"><input name="email"><input name="password"><button>Sign up</button></form>
<form id="new"><input name="title"><button>Add</button></form>
<ul id="todos"></ul><script type="module" src="/src/main.js"></script></body></html>
"""
MAIN = """
const $ = (id) => document.getElementById(id);
const ask = async (method, path, body) => {
  const token = localStorage.getItem("token");
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  return answer.ok ? answer.json() : Promise.reject(await answer.json());
};
const show = async () => {
  const { rows } = await ask("GET", "/api/entities/todos?order=created_at");
  $("todos").replaceChildren(...rows.map((row) => {
    const item = document.createElement("li");
    item.textContent = row.title;
    item.className = row.done ? "done" : "open";
    item.onclick = () => ask("PATCH", `/api/entities/todos/${row.id}`, { done: !row.done }).then(show);
    return item;
  }));
};
$("who").onsubmit = async (event) => {
  event.preventDefault();
  const session = await ask("POST", "/api/auth/sign-up", Object.fromEntries(new FormData($("who"))));
  localStorage.setItem("token", session.access_token);
  await show();
};
$("new").onsubmit = async (event) => {
  event.preventDefault();
  await ask("POST", "/api/entities/todos", Object.fromEntries(new FormData($("new"))));
  await show();
};
if (localStorage.getItem("token")) await show();
"""


@pytest.fixture
def todos(write: Callable[[], Previewed]) -> Previewed:
    """The app, whose table is there."""
    app = write()
    with following(app.fleet, app.app_id) as steps:
        app.say("schema-changed", {"change": {"create_table": TABLE}})
        assert wait_for(steps, "schema-applied")["table"] == "todos"
    app.publish({"index.html": INDEX, "src/main.js": MAIN})
    return app


def test_two_people_use_a_todo_app_and_see_their_own(todos: Previewed, browser: Browser) -> None:
    tab = shown(todos, todos.context.new_page())
    sign_up(tab, "ann")
    add(tab, "buy milk")
    add(tab, "call bob")
    tab.click("#todos li >> nth=0")
    expect(tab.locator("#todos li.done")).to_have_text(["buy milk"], timeout=PATIENCE_MS)
    tab.reload()
    expect(tab.locator("#todos li")).to_have_text(["buy milk", "call bob"], timeout=PATIENCE_MS)
    with closing(browser.new_context()) as context:
        another = shown(todos, context.new_page())
        sign_up(another, "bob")
        add(another, "his own")
        assert listed(another, "token") == ["his own"]
    assert listed(tab, "token") == ["buy milk", "call bob"]
    production = todos.stranger("api/entities/todos", todos.app_id)
    assert (production.status_code, production.headers["content-type"]) == (401, "application/problem+json")


def shown(app: Previewed, page: Page) -> Page:
    page.goto(app.link())
    expect(page.locator("h1")).to_have_text("Todos", timeout=PATIENCE_MS)
    return page


def sign_up(page: Page, name: str) -> None:
    page.fill("#who [name=email]", f"{name}@example.com")
    page.fill("#who [name=password]", "correct horse")
    with page.expect_response("**/api/entities/todos?*", timeout=PATIENCE_MS) as answer:
        page.click("#who button")
    assert answer.value.json()["rows"] == []


def add(page: Page, title: str) -> None:
    page.fill("#new [name=title]", title)
    page.click("#new button")
    expect(page.locator("#todos li").last).to_have_text(title, timeout=PATIENCE_MS)


def listed(page: Page, key: str) -> list[str]:
    """Return what the small client, as a page may import it, is shown."""
    found: list[str] = page.evaluate(
        """async (key) => {
          const { createClient } = await import("/api/client.js");
          const app = createClient({ token: localStorage.getItem(key) });
          const { rows } = await app.from("todos").list({ order: "title" });
          return rows.map((row) => row.title);
        }""",
        key,
    )
    return found
