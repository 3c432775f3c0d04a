"""Apps without a framework, and apps of frameworks that previews do not run."""

from collections.abc import Callable
from typing import Any

import pytest

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.store_file import store_file
from actors.worker import Crew
from contracts.topology import PREVIEWS
from tests.actors.conftest import Bus
from tests.actors.test_refresh_preview import PAGE, Stage

Query = Callable[..., list[tuple[Any, ...]]]

PLAIN = """<!doctype html>
<html><head><title>Plain</title><link rel="stylesheet" href="style.css"></head>
<body><h1>Plain</h1>
<script src="old.js"></script>
<script type="module">
  import { now } from "./now.js";
  document.title = now;
</script>
<script type="module" src="./later.js"></script></body></html>
"""
APP = {
    "index.html": PLAIN,
    "style.css": "h1 { color: teal }",
    "old.js": "window.old = true;",
    "now.js": 'export const now = "now";',
    "later.js": "console.log(1);",
}


@pytest.fixture
def stage(crew: Callable[..., Crew], bus: Bus, app_id: str) -> Stage:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    crew(store_file, create_app, refresh_preview)
    return Stage(bus, app_id)


def test_a_plain_page_is_shown_with_all_that_it_loads(stage: Stage, query: Query) -> None:
    stage.write(dict(APP))
    assert set(stage.hear("ready")["files"]) == {
        "index.html?entry.js",
        "index.html?inline=0.js",
        "now.js",
        "later.js",
        "style.css",
    }
    [(page,)] = query("select page from fleet.previews", app_id=stage.app_id)
    assert "style.css" not in page
    assert "/old.js?v=" in page
    stage.page_hears()
    stage.write({"style.css": "h1 { color: plum }"})
    assert stage.hear("updated")["reload"] is False
    assert [style["id"] for style in stage.page_hears()[1]["css"]] == ["style.css"]
    stage.write({"old.js": "window.old = 2;"})
    assert stage.hear("updated")["reload"] is True


def test_a_page_of_another_root_is_shown_with_what_lies_there(stage: Stage, query: Query) -> None:
    files = {f"client/{path}": text for path, text in APP.items()}
    files["client/now.js"] = 'export { now } from "/shared/now.js";'
    config = 'import path from "path"; export default { root: path.join(__dirname, "client") };'
    stage.write({**files, "shared/now.js": "export const now = 1;", "vite.config.ts": config})
    assert {"client/index.html?inline=0.js", "client/later.js", "shared/now.js"} <= set(stage.hear("ready")["files"])
    [(page,)] = query("select page::json ->> 'root' from fleet.previews", app_id=stage.app_id)
    assert page == "client/"


def test_a_page_that_lies_elsewhere_is_named(stage: Stage) -> None:
    stage.write({"frontend/index.html": PAGE, "frontend/package.json": "{}", "backend/main.py": ""})
    assert (
        "but one in frontend/. Publish that folder as the app, or name it as `root`" in stage.hear("failed")["message"]
    )


def test_an_error_in_the_page_is_told_at_its_line(stage: Stage) -> None:
    stage.write({**APP, "index.html": PLAIN.replace("document.title = now", "document.title = (")})
    failed = stage.hear("failed")
    assert (failed["file"], failed["line"]) == ("index.html?inline=0.js", 7)


def test_a_page_of_nothing_but_text_is_shown(stage: Stage) -> None:
    stage.write({"index.html": "<h1>Only text</h1>"})
    assert stage.hear("ready")["files"] == ["index.html?entry.js"]


@pytest.mark.parametrize(
    ("package", "what", "files"),
    [
        (
            "next",
            "an app of Next.js",
            {"app/page.tsx": "export default 1;", "tailwind.config.ts": "export default {,}"},
        ),
        ("@angular/core", "an app of Angular", {"src/index.html": "<app-root></app-root>", "src/main.ts": "export {}"}),
        ("astro", "an app of Astro", {"src/pages/index.astro": "<h1>Hello</h1>"}),
        ("express", "a server of Express", {"server.js": "", "public/index.html": "<h1>Hello</h1>"}),
    ],
    ids=["next", "angular", "astro", "express"],
)
def test_another_framework_is_named_with_what_is_supported(
    stage: Stage, package: str, what: str, files: dict[str, str]
) -> None:
    stage.write({"package.json": f'{{"dependencies": {{"{package}": "1"}}}}', **files})
    failed = stage.hear("failed")
    assert failed["message"].startswith(f"This is {what} (package.json names {package}). A preview runs")


@pytest.mark.parametrize(("package", "name"), [("solid-js", "Solid"), ("preact", "Preact")])
def test_a_jsx_that_is_not_react_s_is_named(stage: Stage, package: str, name: str) -> None:
    manifest = f'{{"dependencies": {{"{package}": "1"}}}}'
    stage.write({"index.html": PAGE, "package.json": manifest, "src/main.js": "export const App = () => <p>Hello</p>;"})
    said = stage.hear("failed")["message"]
    assert said.startswith(f"This is an app of {name} (package.json names {package}). A preview runs")


def test_a_component_of_another_framework_is_named(stage: Stage) -> None:
    stage.write(
        {"index.html": PAGE, "src/main.js": 'import App from "./App.marko"; App();', "src/App.marko": "<template/>"}
    )
    assert 'Cannot import "./App.marko": it is a component of Marko.' in stage.hear("failed")["message"]
