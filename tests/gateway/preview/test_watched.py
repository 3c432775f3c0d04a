"""How many previews are looked at, and how long an open page waits for what was changed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.preview.passes import Passes
from tests.gateway.conftest import Author, Gateway
from tests.gateway.preview.conftest import carried, edge, revise


@pytest.fixture
def measured(gateway: Gateway) -> Callable[[str], float]:
    """Read one metric."""

    def read(name: str) -> float:
        with gateway.client() as client:
            found = re.search(rf"^fleet_{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    return read


@pytest.fixture
def looking(origin: httpx.Client, app_id: str, passes: Passes) -> Callable[[str], Any]:
    """Open the app's page, so far that its stream has said its first word."""

    @contextmanager
    def page(rev: str) -> Iterator[Iterator[str]]:
        headers = edge(app_id, cookie=carried(passes, app_id))
        with origin.stream("GET", f"/__fleet/updates?rev={rev}", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("retry:")
            yield lines

    return page


@pytest.fixture
def acknowledge(origin: httpx.Client, app_id: str, passes: Passes) -> Callable[[str], None]:
    """Say that a page shows a revision."""

    def post(rev: str) -> None:
        said = {"nonce": passes.nonce(app_id), "rev": rev}
        headers = edge(app_id, cookie=carried(passes, app_id))
        assert origin.post("/__fleet/ack", headers=headers, json=said).status_code == 204

    return post


def test_what_an_open_page_waited_is_measured_once(
    author: Author, app_id: str, looking: Any, acknowledge: Any, measured: Callable[[str], float]
) -> None:
    count, total = measured("hot_update_seconds_count"), measured("hot_update_seconds_sum")
    rev = revise(author, app_id, main="0")
    with looking(rev) as lines:
        since = (datetime.now(UTC) - timedelta(seconds=100)).isoformat(timespec="milliseconds")
        new = revise(author, app_id, main="1", since=since)
        assert any(new in line for line in lines)
        acknowledge(new)
        acknowledge(new)
    assert measured("hot_update_seconds_count") == count + 1
    assert 100 <= measured("hot_update_seconds_sum") - total < 200


def test_a_page_that_was_opened_later_has_waited_for_nothing(
    author: Author, app_id: str, acknowledge: Any, measured: Callable[[str], float]
) -> None:
    count = measured("hot_update_seconds_count")
    acknowledge(revise(author, app_id, main="0", since=datetime.now(UTC).isoformat()))
    assert measured("hot_update_seconds_count") == count


def test_a_preview_is_active_while_some_page_has_it_open(
    author: Author, app_id: str, looking: Any, measured: Callable[[str], float]
) -> None:
    before = measured("previews_active")
    rev = revise(author, app_id, main="0")
    with looking(rev), looking(rev):
        assert measured("previews_active") == before + 1
