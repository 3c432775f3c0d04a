"""What an open page is told: every revision once and in order, or to load anew, once."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.preview.history import PAGE
from gateway.preview.passes import Passes
from tests.gateway.conftest import Author, Gateway
from tests.gateway.preview.conftest import asking, carried, edge, revise

Told = tuple[str, dict[str, Any]]


@pytest.fixture
def follow(origin: httpx.Client, app_id: str, passes: Passes) -> Callable[[str], Any]:
    """Follow the app's revisions as its page does."""

    @contextmanager
    def following(rev: str) -> Iterator[Iterator[Told]]:
        headers = edge(app_id, cookie=carried(passes, app_id))
        with origin.stream("GET", f"/__fleet/updates?rev={rev}", headers=headers) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            told = events(answer)
            kind, data = next(told)
            assert kind == "nonce"
            assert passes.is_nonce(data["nonce"], app_id)
            yield told

    return following


def events(answer: httpx.Response) -> Iterator[Told]:
    kind = ""
    for line in answer.iter_lines():
        name, _colon, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


@pytest.fixture
def start(new_gateway: Callable[..., Gateway], home: Path) -> Callable[[], Gateway]:
    """Start one more gateway in the same home."""
    return lambda: new_gateway(FLEET_HOME=str(home))


def codes(told: Told) -> list[str]:
    assert told[0] == "update"
    return [module["code"] for module in told[1]["modules"]]


def test_a_page_hears_what_is_new(author: Author, app_id: str, follow: Callable[[str], Any]) -> None:
    rev = revise(author, app_id, main="0")
    with follow(rev) as told:
        new = revise(author, app_id, main="1", other="2")
        kind, data = next(told)
        assert (kind, data["rev"]) == ("update", new)
        assert [(one["id"], one["code"]) for one in data["modules"]] == [("src/main.js", "1"), ("src/other.js", "2")]


def test_a_page_that_comes_back_reads_all_that_it_missed(
    author: Author, app_id: str, follow: Callable[[str], Any]
) -> None:
    rev = revise(author, app_id, main="0")
    many = 2 * PAGE + 3
    for n in range(many):
        revise(author, app_id, main=f"{n}", push=False)
    with follow(rev) as told:
        assert [codes(next(told)) for _ in range(many)] == [[f"{n}"] for n in range(many)]
        revise(author, app_id, main="last")
        assert codes(next(told)) == ["last"]


def test_a_last_revision_whose_push_was_lost_is_found(
    author: Author, app_id: str, follow: Callable[[str], Any]
) -> None:
    rev = revise(author, app_id, main="0")
    with follow(rev) as told:
        revise(author, app_id, main="1")
        assert codes(next(told)) == ["1"]
        revise(author, app_id, main="2", push=False)
        assert codes(next(told)) == ["2"]


@pytest.mark.parametrize("rev", ["other.1", "{epoch}.999", "nonsense"])
def test_a_page_of_another_history_loads_anew_once_and_then_goes_on(
    author: Author, app_id: str, follow: Callable[[str], Any], rev: str
) -> None:
    epoch = revise(author, app_id, main="0").partition(".")[0]
    with follow(rev.format(epoch=epoch)) as told:
        assert next(told) == ("reload", {})
        revise(author, app_id, main="1")
        assert codes(next(told)) == ["1"]


def test_failures_and_their_end_have_names_of_their_own(
    author: Author, app_id: str, follow: Callable[[str], Any]
) -> None:
    rev = revise(author, app_id, main="0")
    revise(author, app_id, "failed", push=False)
    revise(author, app_id, "cleared", push=False)
    revise(author, app_id, "reload", push=False)
    with follow(rev) as told:
        failed = next(told)
        assert (failed[0], failed[1]["message"]) == ("failed", "broken")
        assert [next(told)[0], next(told)[0]] == ["cleared", "reload"]


def test_nobody_follows_a_private_app_without_its_cookie(origin: httpx.Client, author: Author, app_id: str) -> None:
    rev = revise(author, app_id, main="0")
    assert origin.get(f"/__fleet/updates?rev={rev}", headers=edge(app_id)).status_code == 401


def test_a_gateway_that_ends_lets_its_pages_go_and_leaves_the_socket_to_the_next(
    start: Callable[[], Gateway], near: str, author: Author, app_id: str, passes: Passes
) -> None:
    rev = revise(author, app_id, main="0")
    ending = start()
    headers = edge(app_id, cookie=carried(passes, app_id))
    with asking(near) as page, page.stream("GET", f"/__fleet/updates?rev={rev}", headers=headers) as answer:
        heard = answer.iter_lines()
        assert next(heard).startswith("retry:")
        start()
        assert ending.end(signal.SIGTERM) == 0
        assert [line for line in heard if line.startswith("event")] == ["event: nonce"]
    with asking(near) as later:
        assert later.get("/", headers=headers).status_code == 200
