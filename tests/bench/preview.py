"""From a file that is published to a page that has changed: the whole way, with a real browser at its end."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
from playwright.sync_api import Page, sync_playwright

from gateway.cli.demo_app import FILES
from gateway.launcher import ports
from tests.bench.bus import Mouth, event, mouth
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.browser import CHROMIUM, FLAGS

APP_ID = "bench"
EDITS, CLASSES = 30, 20
PATIENCE_MS = 60_000
UPDATE = (Bar("p50", 20),)

#: Notes when each thing that the heading said, and each size it had, came into the document.
_WATCH = """
window.seen = {};
const note = () => {
  const heading = document.querySelector("h1");
  if (!heading) return;
  const at = performance.timeOrigin + performance.now();
  window.seen[heading.textContent] ??= at;
  window.seen[getComputedStyle(heading).fontSize] ??= at;
};
new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
addEventListener("fleet:applied", note);
"""


def preview(ground: Ground, findings: Findings) -> None:
    """Edit the demo app, again and again, while one page looks at it."""
    with _shown(ground) as (voice, page, first):
        findings.add("files of a new app published → first render, React from the registry", "ms", {"once": first})
        before = FILES["src/App.tsx"]
        edits = _edits(ground.few(EDITS), lambda n: (before.replace("Made live", f"Made {n}"), f"Made {n}"))
        findings.add("component edited → document changed", "ms", _timed(voice, page, edits), *UPDATE)
        sizes = _edits(ground.few(CLASSES), lambda n: (before.replace("text-3xl", f"text-[{n + 31}px]"), f"{n + 31}px"))
        findings.add("class never used before → document styled", "ms", _timed(voice, page, sizes))


def _edits(count: int, edited: Callable[[int], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what to write and what the page then shows; the first few warm everything up."""
    yield from (edited(n) for n in range(count + 3))


def _timed(voice: Mouth, page: Page, edits: Iterator[tuple[str, str]]) -> dict[str, float]:
    samples = []
    for text, shows in edits:
        page.wait_for_timeout(150)  # a person's pace, and nothing of the last edit is under way
        began = time.time() * 1000
        voice.say(event("file-written", APP_ID, {"path": "src/App.tsx", "content": text}))
        page.wait_for_function("(what) => window.seen[what]", arg=shows, polling=20)
        samples.append(page.evaluate("(what) => window.seen[what]", shows) - began)
    return spread(samples[3:], most=True)


@contextmanager
def _shown(ground: Ground) -> Iterator[tuple[Mouth, Page, float]]:
    """Run what a preview takes, and open its page; say how many milliseconds the first render took."""
    certificates = {name: os.environ[name] for name in ("NODE_EXTRA_CA_CERTS",) if name in os.environ}
    address = f"127.0.0.1:{ports.choose(1)[0]}"
    with ExitStack() as stack:
        gateway = stack.enter_context(ground.gateway())
        stack.enter_context(ground.running("edge.local", FLEET_EDGE_HTTP=address))
        stack.enter_context(ground.running("actors.worker", "--group", "files"))
        stack.enter_context(ground.running("actors.worker", "--group", "preview", **certificates))
        voice = stack.enter_context(mouth(ground.rabbit.url))
        began = time.time() * 1000
        written = [{"path": path, "content": text} for path, text in FILES.items()]
        voice.say(event("file-written", APP_ID, {"files": written}))
        _open_to_all(f"http://{gateway.http}/v1/apps/{APP_ID}/preview", ground.token("editor"))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        stack.callback(browser.close)
        page = browser.new_page()
        page.add_init_script(_WATCH)
        page.goto(f"http://preview-{APP_ID}.localhost:{address.rpartition(':')[2]}/")
        page.wait_for_function("() => window.seen['Made live']", timeout=PATIENCE_MS)
        yield voice, page, page.evaluate("() => window.seen['Made live']") - began


def _open_to_all(url: str, token: str) -> None:
    """Let anybody look, as soon as the app is known."""
    headers, deadline = {"authorization": f"Bearer {token}"}, time.monotonic() + 30
    while httpx.put(url, json={"private": False}, headers=headers).status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise TimeoutError("the app was never created")
        time.sleep(0.05)
