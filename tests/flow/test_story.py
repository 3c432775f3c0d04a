"""The story of a generator at work: watched on the page, and played to its right end whatever is killed meanwhile."""

import json
import os
import signal
import subprocess

import httpx
from playwright.sync_api import BrowserContext, expect

from gateway.demo.link import link
from gateway.demo.script import rounds
from gateway.tokens import mint
from tests.flow.stream import following, wait_for
from tests.launcher.running import Fleet
from tests.patience import PATIENCE

WORKERS = ("worker-tools", "worker-files", "worker-preview", "relay", "gateway")


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


def written() -> dict[str, str]:
    """Return the files that the story leaves, but for the picture."""
    files: dict[str, str] = {}
    for call in (call for one in rounds() for call in one.calls):
        match call.arguments:
            case {"file_path": path, "content": content}:
                files[path] = content
            case {"file_path": path, "search": search, "replace": replace}:
                files[path] = files[path].replace(search, replace)
            case {"file_path": path, "new_path": new}:
                files[new] = files.pop(path)
    return files


def test_the_story_ends_right_whatever_is_killed_in_the_middle_of_it(fleet: Fleet) -> None:
    command = fleet.command("demo", "--story", "--speed", "10", "--apps", "2", "--json")
    with following(fleet, "story-1") as steps:
        story = subprocess.Popen(command, env=fleet.environment, stdout=subprocess.PIPE, text=True)
        for worker in WORKERS[:-1]:  # the last is what is listened to
            wait_for(steps, "tool-completed")
            os.kill(fleet.process(worker)["pid"], signal.SIGKILL)
        os.kill(fleet.process(WORKERS[-1])["pid"], signal.SIGKILL)
    said, _ = story.communicate(timeout=2 * PATIENCE)
    found = json.loads(said)
    assert {**found, "seconds": 0} == {"apps": 2, "calls": 80, "completed": 78, "failed": 2, "seconds": 0}
    for app_id in ("story-1", "story-2"):
        assert files_of(fleet, app_id) == written()


def files_of(fleet: Fleet, app_id: str) -> dict[str, str]:
    settings = fleet.home.read_env()
    bearer = mint(settings["FLEET_JWT_SECRET"], role="viewer", apps=(app_id,), ttl=600)
    home, headers = f"http://{settings['FLEET_HTTP']}/v1/apps/{app_id}/files", {"authorization": f"Bearer {bearer}"}
    with httpx.Client(headers=headers, timeout=PATIENCE) as client:
        paths = [file["path"] for file in client.get(home).json()["files"]]
        return {path: client.get(f"{home}/{path}").text for path in paths if not path.endswith(".svg")}
