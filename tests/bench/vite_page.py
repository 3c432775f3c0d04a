"""A page of the app in Chromium, which notes by itself when it shows what."""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from playwright.sync_api import TimeoutError as Late

PATIENCE_MS = 60_000
#: An edit that is not seen by then never will be.
_LATEST_MS = 10_000
#: At a person's pace: nothing of the last edit is under way.
_PAUSE_MS = 250
_RENDERED = "#count"
_SAID = "bench:"
_SEEN = "(shows) => window.seen[shows]"
_COUNT = "(of) => { const counter = document.querySelector(of); counter.click(); return Number(counter.textContent); }"

#: All clocks of one machine agree: what is noted here is told from `time.time()` by a subtraction.
_WATCH = """
window.seen = {};
window.look = "";
const looks = {
  text: (heading) => [heading.textContent],
  part: () => [document.querySelector("h2")?.textContent],
  classes: (heading) => heading.classList,
  fontSize: (heading) => [getComputedStyle(heading).fontSize],
  letterSpacing: (heading) => [getComputedStyle(heading).letterSpacing],
  overlay: () => [document.querySelector("fleet-overlay, vite-error-overlay") ? "there" : "gone"],
};
const note = () => {
  const at = performance.timeOrigin + performance.now();
  if (!window.seen.rendered && document.querySelector("#count")) console.debug(`bench:${window.seen.rendered = at}`);
  const heading = document.querySelector("h1");
  if (!heading || !window.look) return;
  for (const shown of looks[window.look](heading)) window.seen[shown] ??= performance.timeOrigin + performance.now();
};
new MutationObserver(note).observe(document, {
  subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class"],
});
"""


class Look:
    """One page, and what is read off it. All figures are milliseconds."""

    def __init__(self, context: BrowserContext) -> None:
        context.add_init_script(_WATCH)
        self._page: Page = context.new_page()
        self._page.set_default_timeout(PATIENCE_MS)
        self._said: list[float] = []
        self._page.on("console", self._hear)

    def go(self, url: str) -> None:
        """Go there, and stay until nothing moves."""
        self._page.goto(url)
        self.rest(500)

    def rest(self, milliseconds: int = _PAUSE_MS) -> None:
        """Let the page, and whoever serves it, come to rest."""
        self._page.wait_for_timeout(milliseconds)

    def rendered(self) -> float:
        """Wait until the app is shown, and return since when it is.

        The page says so itself: whatever looks into it meanwhile would have it parse a script of its own first.
        """
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not self._said:
            if time.monotonic() > deadline:
                raise RuntimeError(f"never rendered, but: {self._page.inner_text('body')[:1000]}")
            self.rest(10)
        return self._said.pop()

    def timed(self, write: Callable[[], None], look: str, shows: str) -> float | None:
        """Write, and return how long it took until the document showed it, if it ever did."""
        self.rest()
        self._page.evaluate("(look) => { window.seen = { rendered: 1 }; window.look = look; }", look)
        began = time.time() * 1000
        write()
        try:
            seen = self._page.wait_for_function(_SEEN, arg=shows, polling=20, timeout=_LATEST_MS)
        except Late:
            return None
        return float(seen.json_value()) - began

    def reloaded(self) -> float:
        """Load the page again, and return how long it took from the beginning of that until the app was shown."""
        self._said.clear()
        self._page.reload()
        rendered = self.rendered()
        began = float(self._page.evaluate("() => performance.timeOrigin"))
        self.rest(1_000)
        return rendered - began

    def count(self) -> int:
        """Return the state of the app's counter, and count one further; a page that was loaded anew begins again."""
        self._page.wait_for_selector(_RENDERED, state="attached")
        return int(self._page.evaluate(_COUNT, _RENDERED))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.text.startswith(_SAID):
            self._said.append(float(said.text.removeprefix(_SAID)))
