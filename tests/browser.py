"""Chromium for those tests that need one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.patience import PATIENCE

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser(absent: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """The session's Chromium. While it runs, its driver's loop runs in this thread, and so no other can."""
    if not CHROMIUM.exists():
        absent("Chromium")
    with sync_playwright() as driver:
        expect.set_options(timeout=PATIENCE * 1_000)
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a past."""
    fresh = browser.new_context(color_scheme="light", viewport={"width": 900, "height": 640})
    fresh.set_default_timeout(PATIENCE * 1_000)
    yield fresh
    fresh.close()
