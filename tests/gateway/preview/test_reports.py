"""What pages say back becomes a fact of their app: once, in its story, and only from a page of that app."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gateway.preview.passes import Passes
from gateway.preview.throttle import Throttle
from sql.database import transaction
from tests.gateway.conftest import Author
from tests.gateway.preview.conftest import carried, edge, revise

Say = Callable[..., httpx.Response]


@pytest.fixture
def say(origin: httpx.Client, app_id: str, passes: Passes) -> Say:
    """Report something as a page of the app does."""

    def post(what: str, **said: Any) -> httpx.Response:
        body = {"nonce": passes.nonce(app_id), **said}
        return origin.post(f"/__fleet/{what}", headers=edge(app_id, cookie=carried(passes, app_id)), json=body)

    return post


def facts(author: Author, app_id: str, kind: str) -> list[tuple[Any, ...]]:
    with transaction(author.pool, app_id) as tx:
        query = "select body::json, story_id, message_id from fleet.progress where kind = %s order by seq"
        return tx.execute(query, (kind,)).fetchall()


def test_the_first_page_that_shows_a_revision_is_told_of(author: Author, app_id: str, say: Say) -> None:
    queue = author.consume("preview-acknowledged")
    rev = revise(author, app_id, main="1")
    author.write(app_id, kind="preview-updated", story_id=f"story of {app_id}", revision=rev)
    assert [say("ack", rev=rev).status_code for _ in range(3)] == [204, 204, 204]
    ((body, story_id, message_id),) = facts(author, app_id, "preview-acknowledged")
    assert (body["revision"], story_id, message_id) == (rev, f"story of {app_id}", "m")
    assert body["cause_id"] == "e"  # the event that told of the revision
    (event,) = author.taken(queue)
    assert (event["type"], event["subject"]) == ("overskill.preview-acknowledged", app_id)
    author.channel.queue_delete(queue)


@pytest.mark.parametrize("rev", ["other.1", "{epoch}.99", "", "x"])
def test_a_revision_that_is_not_ours_is_not_told_of(author: Author, app_id: str, say: Say, rev: str) -> None:
    epoch = revise(author, app_id, main="1").partition(".")[0]
    assert say("ack", rev=rev.format(epoch=epoch)).status_code == 204
    assert facts(author, app_id, "preview-acknowledged") == []


@pytest.mark.parametrize("what", ["ack", "error"])
@pytest.mark.parametrize("nonce", ["", "0" * 64, "é", "a.b.c"])
def test_who_is_no_page_of_the_app_is_not_heard(author: Author, app_id: str, say: Say, what: str, nonce: str) -> None:
    rev = revise(author, app_id, main="1")
    assert say(what, rev=rev, message="m", nonce=nonce).status_code == 403


@pytest.mark.parametrize("what", ["ack", "error"])
def test_who_may_not_look_has_nothing_to_report(
    origin: httpx.Client, author: Author, app_id: str, passes: Passes, what: str
) -> None:
    said = {"rev": revise(author, app_id, main="1"), "nonce": passes.nonce(app_id), "message": "m"}
    for cookie in ("", carried(passes, "other")):
        assert origin.post(f"/__fleet/{what}", headers=edge(app_id, cookie=cookie), json=said).status_code == 401
    assert facts(author, app_id, "preview-acknowledged") == facts(author, app_id, "preview-errored") == []


def test_an_error_is_told_of_once_and_counted(author: Author, app_id: str, say: Say) -> None:
    rev = revise(author, app_id, main="1")
    for _ in range(10):
        assert say("error", rev=rev, message="Oh \0", file="src/main.js", line=3, stack="at x").status_code == 204
    told = [body for body, _, _ in facts(author, app_id, "preview-errored")]
    assert [one["count"] for one in told] == [1, 10]
    assert (told[0]["message"], told[0]["file"], told[0]["line"], told[0]["trusted"]) == (
        "Oh \0",
        "src/main.js",
        3,
        False,
    )
    refused = say("error", rev=rev, message="one more")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": "x" * 5_000}, 413),
        ({"message": ""}, 422),
        ({"message": 1}, 422),
        ({"message": "m", "line": -1}, 422),
    ],
)
def test_a_report_that_is_none_is_refused(author: Author, app_id: str, say: Say, body: Any, status: int) -> None:
    assert say("error", rev=revise(author, app_id, main="1"), **body).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"rev": "\\ud800", "nonce": ""}', b"[" * 4_000])
def test_what_is_not_json_is_refused(origin: httpx.Client, app_id: str, passes: Passes, body: bytes) -> None:
    headers = edge(app_id, cookie=carried(passes, app_id))
    assert origin.post("/__fleet/ack", headers=headers, content=body).status_code == 422


def test_an_allowance_comes_back_with_time() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    assert [throttle.admits("a") for _ in range(11)] == [True] * 10 + [False]
    assert throttle.admits("b")
    now = 6.1
    assert [throttle.admits("a"), throttle.admits("a")] == [True, False]
