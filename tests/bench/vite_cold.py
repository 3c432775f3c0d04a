"""An app that was never shown before, until it is: published to the fleet, or Vite started on its folder."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing

from playwright.sync_api import Browser

from tests.bench import app
from tests.bench.figures import Bar, Findings
from tests.bench.vite_page import Look
from tests.bench.vite_race import Race
from tests.bench.vite_server import Vite
from tests.bench.vite_sides import Fleet

Files = Callable[..., dict[str, str]]
ROUNDS = 10
FIRST = "all files of a new app published → rendered, packages from the registry"
UNKNOWN = "all files of a new app, none compiled before → rendered"
KNOWN = "… all of them compiled before, for another app"
FORGETFUL = "… without its cache of dependencies"
_UNKNOWN_BARS = (Bar("p50", 500), Bar("p95", 1000))


def cold(
    ours: Fleet,
    theirs: Vite,
    browser: Browser,
    findings: Findings,
    few: Callable[[int], int],
    *,
    files: Files = app.files,
    of: str = "",
) -> None:
    """Show new apps in browsers without a past; `of` names another app than the one that the bars are for."""
    race = Race()
    race.ran(FIRST, _published(ours, browser, "first", files()), ours=True)
    _started(theirs, browser)
    for n in range(few(ROUNDS)):
        race.ran(UNKNOWN, _published(ours, browser, f"unknown-{n}", files(f"as of {n}")), ours=True)
        race.ran(KNOWN, _published(ours, browser, f"known-{n}", files()), ours=True)
        race.ran(UNKNOWN, _started(theirs, browser), ours=False)
    for _ in range(few(ROUNDS)):
        theirs.forget()
        race.ran(FORGETFUL, _started(theirs, browser), ours=False)
    race.tell(findings, FIRST, of=of)
    note = "Vite: its server started, dependencies bundled before → rendered"
    race.tell(findings, UNKNOWN, *(() if of else _UNKNOWN_BARS), note=note, of=of)
    race.tell(findings, KNOWN, *(() if of else (Bar("p50", 250),)), of=of)
    race.tell(findings, FORGETFUL, of=of)


def _published(ours: Fleet, browser: Browser, app_id: str, files: Mapping[str, str]) -> float:
    """Write all files in one event, while a page waits for them."""
    side = ours.app(app_id)
    with closing(browser.new_context()) as context:
        look = Look(context)
        look.go(side.url)
        began = time.time() * 1000
        ours.write(app_id, files)
        return look.rendered() - began


def _started(theirs: Vite, browser: Browser) -> float:
    """Start the server, and go there as soon as it is ready."""
    with closing(browser.new_context()) as context:
        look = Look(context)
        began = time.time() * 1000
        with theirs.serving() as url:
            look.go(url)
            return look.rendered() - began
