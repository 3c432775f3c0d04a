"""How the suite is run: by how many processes, in which order, how patiently."""

import os
import signal
from collections.abc import Generator
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from gateway.launcher import ports
from tests.patience import PATIENCE

MOST_WORKERS = 8
_LONGEST = 5 * PATIENCE
#: What takes longest begins first; what shares the running fleet of flow/ stays together.
ROOMS = ("faults", "launcher", "gateway", "actors", "edge", "sql", "contracts", "house", "flow")


def pytest_configure() -> None:
    """Let each process that runs tests take its ports from a share of its own, be patient, and heed a Ctrl-C.

    A shell lets what it starts in the background ignore that, and so would every program that a test interrupts.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ports.RANGE = ports.RANGE[worker % MOST_WORKERS :: MOST_WORKERS]
    settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files by their rooms, and those last that drive Chromium.

    Its driver keeps an event loop in the main thread from then on, and no other can run there.
    """
    driven = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    tests = config.rootpath / "tests"

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(tests).parts[0]
        room = ROOMS.index(name) if name in ROOMS else 0
        return room if item.path not in driven else 2 * len(ROOMS) - room

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """End a test that waits for what will never come, so that it is named, and the others are run."""

    def give_up(*_about: object) -> NoReturn:
        raise AssertionError(f"it stood still for {_LONGEST} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes share the tests: one more than cores, for tests wait as much as they work."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)
