"""What a failed test leaves open is closed with it, so that no test after it is blamed."""

import gc
import traceback
import warnings
from collections.abc import Generator, Iterator
from typing import Any

import pytest

_RAISED = pytest.StashKey[list[BaseException]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Note what a test has raised."""
    report = yield
    if report.failed and call.excinfo is not None:
        item.stash.setdefault(_RAISED, []).append(call.excinfo.value)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let go of what a failed test still held: its traceback would keep that alive for a while."""
    handled = yield
    if _RAISED in item.stash:
        for error in item.stash[_RAISED]:
            for one in related(error):
                traceback.clear_frames(one.__traceback__)
        with warnings.catch_warnings(action="ignore"):
            gc.collect()
    return handled


def related(error: BaseException | None) -> Iterator[BaseException]:
    """Go through an error, those in it and those behind it."""
    if error is not None:
        yield error
        yield from related(error.__cause__)
        yield from related(error.__context__)
        for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
            yield from related(inner)
