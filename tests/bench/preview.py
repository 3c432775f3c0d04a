"""From a file that is published to a page that has changed: the whole way, with a real browser at its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from gateway.cli.demo_app import FILES
from tests.bench.bus import Mouth, event
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.bench.steps import BUDGET, Edit, split
from tests.bench.vite_sides import fleet
from tests.browser import CHROMIUM, FLAGS

APP_ID = "bench"
EDITS, CLASSES, WARMING = 30, 20, 3
PATIENCE_MS = 60_000
UPDATE = (Bar("p50", 20), Bar("p95", 50))

#: Notes when each thing that the heading said, and each size it had, came into the document; and when the page's
#: runtime read the message of each revision.
_WATCH = """
window.seen = {};
window.heard = {};
const parse = JSON.parse;
JSON.parse = (text, reviver) => {
  const value = parse(text, reviver);
  if (value?.rev) window.heard[value.rev] ??= performance.timeOrigin + performance.now();
  return value;
};
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


@dataclass(frozen=True)
class Stage:
    """An app, whoever edits it, the page that looks at it, and what the workers say meanwhile."""

    voice: Mouth
    page: Page
    first: float
    logs: tuple[Path, ...]


def preview(ground: Ground, findings: Findings) -> None:
    """Edit the demo app, again and again, while one page looks at it."""
    with _shown(ground) as stage:
        first = {"once": stage.first}
        findings.add("files of a new app published → first render, React from the registry", "ms", first)
        before = FILES["src/App.tsx"]
        edits = _edits(ground.few(EDITS), lambda n: (before.replace("Made live", f"Made {n}"), f"Made {n}"))
        made = _timed(stage, edits)
        took = spread([edit.took for edit in made], most=True)
        findings.add("component edited → document changed", "ms", took, *UPDATE)
        for step, samples in split(made, stage.logs, ground.postgres.url, APP_ID).items():
            budget = f"budget {BUDGET[step]:g} ms" if BUDGET[step] else ""
            findings.add(f"· {step}", "ms", spread(samples), note=budget)
        sizes = _edits(ground.few(CLASSES), lambda n: (before.replace("text-3xl", f"text-[{n + 31}px]"), f"{n + 31}px"))
        took = spread([edit.took for edit in _timed(stage, sizes)], most=True)
        findings.add("class never used before → document styled", "ms", took)


def _edits(count: int, edited: Callable[[int], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what to write and what the page then shows; the first few warm everything up."""
    yield from (edited(n) for n in range(count + WARMING))


def _timed(stage: Stage, edits: Iterator[tuple[str, str]]) -> list[Edit]:
    made = []
    for text, shows in edits:
        stage.page.wait_for_timeout(150)  # a person's pace, and nothing of the last edit is under way
        said = event("file-written", APP_ID, {"path": "src/App.tsx", "content": text})
        began = time.time() * 1000
        stage.voice.say(said)
        stage.page.wait_for_function("(what) => window.seen[what]", arg=shows, polling=20)
        changed, heard = stage.page.evaluate("(what) => [window.seen[what], window.heard]", shows)
        made.append(Edit(said["id"], began, changed, heard))
    return made[WARMING:]


@contextmanager
def _shown(ground: Ground) -> Iterator[Stage]:
    """Run what a preview takes, and open its page; say how many milliseconds the first render took."""
    with ExitStack() as stack:
        shown = stack.enter_context(fleet(ground))
        began = time.time() * 1000
        shown.write(APP_ID, FILES)
        shown.open(APP_ID)
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        stack.callback(browser.close)
        page = browser.new_page()
        page.add_init_script(_WATCH)
        page.goto(shown.url(APP_ID))
        page.wait_for_function("() => window.seen['Made live']", timeout=PATIENCE_MS)
        first = page.evaluate("() => window.seen['Made live']") - began
        yield Stage(shown.voice, page, first, shown.logs)
