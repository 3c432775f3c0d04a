"""A folder that `npm create vite` made, watched as it is: live, with nothing changed in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from edge.local import binary
from tests.flow import vite_folder
from tests.flow.previewed import PATIENCE_MS, is_marked, mark
from tests.flow.watched import watching
from tests.launcher.running import Fleet
from tests.patience import PATIENCE


@pytest.fixture
def show(fleet: Fleet, context: BrowserContext, absent: Callable[[str], NoReturn]) -> Callable[[str], Page]:
    """Open an app, noting what its page complains of."""
    if binary.find() is None:
        absent("workerd")

    def opened(app_id: str) -> Page:
        page = context.new_page()
        page.on("console", lambda message: complaints(page).append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints(page).append(str(error)))
        page.on("requestfailed", lambda request: complaints(page).append(request.url))
        page.goto(json.loads(fleet.run("link", "--app", app_id, "--json").stdout)["open_url"])
        expect(page.locator("h1")).to_have_text("Get started", timeout=PATIENCE_MS)
        return page

    return opened


def complaints(page: Page) -> list[str]:
    """Return where a page's complaints are noted."""
    found: list[str] = page.__dict__.setdefault("complaints", [])
    return found


@pytest.mark.parametrize("typed", [True, False], ids=["react-ts", "react"])
def test_a_folder_of_vites_is_live_as_it_is(
    fleet: Fleet, tmp_path: Path, show: Callable[[str], Page], typed: bool
) -> None:
    vite_folder.write(tmp_path, typed=typed)
    app_id = "vite-ts" if typed else "vite-js"
    app, sheet = tmp_path / f"src/App.{'tsx' if typed else 'jsx'}", tmp_path / "src/index.css"
    with watching(fleet, tmp_path, app_id) as until:
        assert not {"node_modules/react/index.js", "dist/index.html", ".env.local"} & set(until("file-stored")["paths"])
        until("preview-ready")
        page = show(app_id)
        assert page.evaluate("Promise.all([...document.images].map((one) => one.decode().then(() => one.width)))") == [
            17,
            36,
            31,
        ]
        expect(page.locator(".counter")).to_have_css("color", "rgb(170, 59, 255)")
        page.locator(".counter").click(click_count=2)
        mark(page)
        app.write_text(app.read_text().replace("Get started", "Well begun"))
        expect(page.locator("h1")).to_have_text("Well begun")
        sheet.write_text(sheet.read_text().replace("#aa3bff", "#010203"))
        expect(page.locator(".counter")).to_have_css("color", "rgb(1, 2, 3)")
        (tmp_path / "src/App.css").write_text(".counter { color: rgb(4, 5, 6); }")
        expect(page.locator(".counter")).to_have_css("color", "rgb(4, 5, 6)")
        expect(page.locator(".counter")).to_have_text("Count is 2")
    assert is_marked(page)
    assert complaints(page) == []


def test_a_file_deleted_while_nobody_watched_leaves_the_app(
    fleet: Fleet, tmp_path: Path, show: Callable[[str], Page]
) -> None:
    vite_folder.write(tmp_path, typed=True)
    (tmp_path / "src/pages").mkdir()
    (tmp_path / "src/pages/Old.tsx").write_text("export default () => null\n")
    main = tmp_path / "src/App.tsx"
    globbed = "export const pages = Object.keys(import.meta.glob('./pages/*.tsx'))\n"
    (tmp_path / "src/pages.ts").write_text(globbed)
    main.write_text("import { pages } from './pages'\n" + main.read_text().replace("Count is", "{pages.join()} is"))
    with watching(fleet, tmp_path, "tidied") as until:
        until("preview-ready")
        page = show("tidied")
        expect(page.locator(".counter")).to_have_text("./pages/Old.tsx is 0")
        written = fleet.run(
            "publish", "file-written", "--app", "tidied", "--data", '{"path": "of.others", "content": ""}'
        )
        assert written.returncode == 0, written.stderr
    (tmp_path / "src/pages/Old.tsx").rename(tmp_path / "src/pages/New.tsx")
    (tmp_path / "README.md").unlink()
    with watching(fleet, tmp_path, "tidied") as until:
        assert {"README.md", "src/pages/New.tsx"} <= set(until("file-stored")["paths"])
        expect(page.locator(".counter")).to_have_text("./pages/New.tsx is 0")
    token = fleet.run("token", "--app", "tidied").stdout.strip()
    assert names(fleet, token) >= {"of.others", "src/pages/New.tsx"}
    assert not names(fleet, token) & {"README.md", "src/pages/Old.tsx"}


def names(fleet: Fleet, token: str) -> set[str]:
    url = f"http://{fleet.home.read_env()['FLEET_HTTP']}/v1/apps/tidied/files"
    listed = httpx.get(url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE).json()
    return {one["path"] for one in listed["files"]}
