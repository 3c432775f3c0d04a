"""Packages that a running app asks for: installed while its page is open, and shared by all who ask for them."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.edge.registry import Registry
from tests.flow.previewed import Previewed, is_marked, mark
from tests.flow.stream import following, wait_for
from tests.patience import PATIENCE

PATIENCE_MS = PATIENCE * 1000
GREETING = {"index.js": "export const greet = 'Good morning';", "late.js": "export const greet = 'Good evening';"}


def package_json(**more: str) -> str:
    return json.dumps({"dependencies": {"react": "^19.0.0", "react-dom": "^19.0.0", **more}})


def app_that_greets(spec: str) -> str:
    return f'import {{ greet }} from "{spec}";\nexport default () => <h1>{{greet}}</h1>;\n'


def test_a_new_package_is_installed_and_the_page_reloads_once(app: Previewed, registry: Registry) -> None:
    registry.publish("greeting", files=dict(GREETING))
    page = app.open()
    mark(page)
    loads: list[Page] = []
    page.on("load", lambda _: loads.append(page))
    app.publish({"package.json": package_json(greeting="^1.0.0"), "src/App.tsx": app_that_greets("greeting")})
    expect(page.locator("h1")).to_have_text("Good morning", timeout=PATIENCE_MS)
    assert not is_marked(page)
    with following(app.fleet, app.app_id) as steps:
        assert wait_for(steps, "progress", message="installing 4 packages")["stage"] == "installing"
        assert wait_for(steps, "progress", stage="bundling")["message"] == "bundling 4 packages"
    registry.asked.clear()
    app.replace("src/App.tsx", '"greeting"', '"greeting/late.js"')
    expect(page.locator("h1")).to_have_text("Good evening", timeout=PATIENCE_MS)
    assert not [path for path in registry.asked if not path.endswith(".tgz")], "what is resolved stays resolved"
    assert len(loads) == 2


def test_a_package_that_cannot_be_had_is_named_until_it_is_mended(app: Previewed, registry: Registry) -> None:
    registry.publish("had", files=dict(GREETING))
    page = app.open()
    overlay = page.locator("fleet-overlay section")
    app.publish({"package.json": package_json(hallucinated="^3.0.0"), "src/App.tsx": app_that_greets("hallucinated")})
    expect(overlay).to_contain_text("hallucinated is not in the registry", timeout=PATIENCE_MS)
    expect(overlay).to_contain_text("package.json")
    app.publish({"package.json": package_json(hallucinated="github:me/hallucinated")})
    expect(overlay).to_contain_text("hallucinated is asked for as github:me/hallucinated", timeout=PATIENCE_MS)
    app.publish({"package.json": package_json(had="*"), "src/App.tsx": app_that_greets("had")})
    expect(page.locator("h1")).to_have_text("Good morning", timeout=PATIENCE_MS)
    expect(page.locator("fleet-overlay")).to_have_count(0)


def test_many_apps_that_wait_for_their_packages_keep_nobody_else_waiting(
    write: Callable[[], Previewed], registry: Registry
) -> None:
    """More apps than a worker has threads: the registry says nothing, and an edit of another app is shown."""
    registry.publish("slow", files=dict(GREETING))
    shown, many = write(), [write() for _ in range(10)]
    page = shown.open()
    registry.sends.clear()
    try:
        for app in many:
            app.publish({"package.json": package_json(slow="1.0.0"), "src/App.tsx": app_that_greets("slow")})
        registry.until_asked("/slow/-/1.0.0.tgz")
        shown.replace("src/App.tsx", "Made live", "Made meanwhile")
        expect(page.locator("h1")).to_have_text("Made meanwhile", timeout=PATIENCE_MS)
    finally:
        registry.sends.set()
    revisions = [until_it_greets(app) for app in many]
    assert len(revisions) == len(many)
    assert registry.asked["/slow/-/1.0.0.tgz"] == 1


def until_it_greets(app: Previewed) -> dict[str, Any]:
    with following(app.fleet, app.app_id) as steps:
        return wait_for(steps, "preview-updated", reload=True)
