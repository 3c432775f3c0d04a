"""Our previews beside Vite's dev server: the same app, the same Chromium, in turns."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.bench import app
from tests.bench.figures import Findings
from tests.bench.ground import Ground
from tests.bench.vite_cold import cold
from tests.bench.vite_hot import hot
from tests.bench.vite_server import Vite
from tests.bench.vite_sides import Side, fleet
from tests.browser import CHROMIUM, FLAGS


def vite(ground: Ground, findings: Findings) -> None:
    """Show the app for the first time, over and over; then edit it."""
    files = app.files()
    with fleet(ground) as ours, chromium() as browser:
        theirs = Vite(ground.folder / "vite", files)
        cold(ours, theirs, browser, findings, ground.few)
        side = ours.app("hot")
        ours.write("hot", files)
        with theirs.serving() as url:
            hot(side, Side(url, theirs.write), browser, findings, ground.few, files=files)


@contextmanager
def chromium() -> Iterator[Browser]:
    with (
        sync_playwright() as driver,
        closing(driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())) as browser,
    ):
        yield browser
