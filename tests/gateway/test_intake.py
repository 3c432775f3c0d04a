"""`POST /v1/events` on real services: what is accepted is safe, what is not leaves no trace."""

import json
import socket
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from contracts.cloudevents import BATCH, STRUCTURED
from sql.database import role_url
from tests.gateway.conftest import Author, Gateway, token
from tests.patience import PATIENCE

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def event(app_id: str, kind: str = "file-written", **changed: Any) -> dict[str, Any]:
    usual = {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "test",
        "type": f"overskill.{kind}",
        "subject": app_id,
        "data": {"path": "a.txt", "content": "ä"},
    }
    return {**usual, **changed}


@pytest.fixture
def publisher(served: Gateway, app_id: str) -> Iterator[httpx.Client]:
    with served.client(token(app_id, role="publisher")) as client:
        yield client


@pytest.fixture
def queue(author: Author) -> Iterator[str]:
    queue = author.consume("file-written")
    yield queue
    author.channel.queue_delete(queue)


def post(client: httpx.Client, content: Any, media: str = STRUCTURED, **headers: str) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post("/v1/events", content=body, headers={"content-type": media, **headers})


def outbox(database_url: str) -> int:
    with psycopg.connect(role_url(database_url, "fleet_relay")) as relay:
        row = relay.execute("select count(*) from fleet.outbox").fetchone()
    assert row is not None
    return int(row[0])


def test_a_structured_event_is_on_the_bus_before_the_answer(
    publisher: httpx.Client, author: Author, queue: str, app_id: str
) -> None:
    sent = event(app_id, id="a b/c", extra="ignored")
    answer = post(publisher, sent, traceparent=TRACE)
    assert answer.status_code == 202
    story_url = f"/v1/stories/a%20b%2Fc?app_id={app_id}"
    assert answer.json() == {"accepted": [{"id": "a b/c", "story_url": story_url}]}
    (taken,) = author.taken(queue)
    assert taken["data"] == sent["data"]
    assert taken["traceparent"] == TRACE
    assert taken["time"]


def test_a_binary_event_is_taken_with_its_headers_decoded(
    publisher: httpx.Client, author: Author, queue: str, app_id: str
) -> None:
    attributes = {name: value for name, value in event(app_id, source="se%20l%C3%A4f").items() if name != "data"}
    headers = {f"ce-{name}": value for name, value in attributes.items()}
    answer = post(publisher, {"path": "a", "content": "b"}, "application/json", **headers)
    assert answer.status_code == 202
    assert [taken["source"] for taken in author.taken(queue)] == ["se läf"]


def test_a_batch_is_taken_whole_and_reaches_the_bus(
    served: Gateway, author: Author, queue: str, app_id: str, database_url: str
) -> None:
    other = f"{app_id}-2"
    events = [event(app_id, id="same", source=f"source {n}") for n in range(3)] + [event(other)]
    with served.client(token(app_id, other, role="publisher")) as client:
        answer = post(client, events, BATCH)
    assert answer.status_code == 202
    assert [one["id"] for one in answer.json()["accepted"]] == [one["id"] for one in events]
    taken: list[dict[str, Any]] = []
    deadline = time.monotonic() + PATIENCE
    while len(taken) < 4 or outbox(database_url):
        assert time.monotonic() < deadline, taken
        taken += author.taken(queue)
        time.sleep(0.02)
    assert sorted(one["source"] for one in taken if one["id"] == "same") == ["source 0", "source 1", "source 2"]


def test_one_bad_event_spoils_the_batch_and_every_flaw_is_named_by_its_place(
    publisher: httpx.Client, author: Author, queue: str, app_id: str, database_url: str
) -> None:
    bad = [event(app_id), event(app_id, data={"path": "../up", "content": "x"}), event(app_id, specversion="2")]
    answer = post(publisher, [*bad, 7], BATCH)
    assert answer.status_code == 422
    fields = [flaw["field"] for flaw in answer.json()["errors"]]
    assert fields[1:] == ["2.specversion", "3.body"]
    assert fields[0].startswith("1.")
    assert fields[0].endswith("path")
    assert (author.taken(queue), outbox(database_url)) == ([], 0)


def test_an_event_for_an_app_that_the_token_does_not_hold_is_a_403(
    publisher: httpx.Client, author: Author, queue: str, app_id: str, database_url: str
) -> None:
    assert post(publisher, event("somebody-else")).status_code == 403
    assert post(publisher, [event(app_id), event("somebody-else")], BATCH).status_code == 403
    assert (author.taken(queue), outbox(database_url)) == ([], 0)


def test_an_editor_does_not_publish_and_nobody_without_token(served: Gateway, app_id: str) -> None:
    with served.client(token(app_id, role="editor")) as client:
        assert post(client, event(app_id)).status_code == 403
    with served.client() as client:
        answer = post(client, event(app_id))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("media", ["text/plain", "application/json", "application/cloudevents+xml", ""])
def test_another_content_type_is_a_415(publisher: httpx.Client, app_id: str, media: str) -> None:
    assert post(publisher, event(app_id), media).status_code == 415


def test_a_compressed_body_is_a_415(publisher: httpx.Client, app_id: str) -> None:
    headers = {"content-encoding": "gzip"}
    assert post(publisher, event(app_id), **headers).status_code == 415


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"data": 1e999}', "body"),
        (b'"\\ud800"', "body"),
        (b"[" * 20_000, "body"),
        ({"specversion": "1.0"}, "id"),
        (event("demo", type="other.kind"), "type"),
        (event("demo", "file-stored"), "type"),
        (event("demo", "made-up"), "type"),
        (event("Not An App"), "subject"),
        (event("demo", data={"path": "a"}), "content"),
        (event("demo", data=[1]), "data"),
    ],
)
def test_a_flaw_is_a_422_that_names_the_field(served: Gateway, content: Any, field: str) -> None:
    with served.client(token(role="publisher")) as client:
        answer = post(client, content)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [flaw["field"].rpartition(".")[2] for flaw in answer.json()["errors"]]


def test_an_attribute_given_twice_is_a_contradiction(served: Gateway, app_id: str) -> None:
    headers = [("authorization", f"Bearer {token(role='publisher')}"), ("content-type", "application/json")]
    headers += [(f"ce-{name}", value) for name, value in event(app_id).items() if name != "data"]
    with served.client() as client:
        answer = client.post("/v1/events", headers=[*headers, ("ce-id", "another")], content=b"{}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "id", "reason": "is given twice: send each attribute as one header"}]


def test_too_large_is_a_413_whether_or_not_the_length_is_announced(publisher: httpx.Client, app_id: str) -> None:
    large = json.dumps(event(app_id, data={"path": "a", "content": "x" * 100_000})).encode()
    assert post(publisher, large).status_code == 413
    pieces = (large[n : n + 10_000] for n in range(0, len(large), 10_000))
    answer = publisher.post("/v1/events", content=pieces, headers={"content-type": STRUCTURED})
    assert answer.status_code == 413


def test_an_endless_body_is_cut_off(served: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as endless:
        head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(role='publisher')}\r\n"
        endless.sendall(f"{head}Content-Type: {STRUCTURED}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(30):
            endless.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
        assert endless.recv(100).startswith(b"HTTP/1.1 413")


def test_too_many_events_are_a_413(publisher: httpx.Client) -> None:
    assert post(publisher, [0] * 1_001, BATCH).status_code == 413


def test_an_empty_batch_is_nothing_and_accepted(publisher: httpx.Client) -> None:
    assert post(publisher, [], BATCH).json() == {"accepted": []}


def test_a_kind_that_no_actor_consumes_is_a_503_that_says_so(publisher: httpx.Client, app_id: str) -> None:
    answer = post(publisher, event(app_id, "build-requested", data={"environment": "preview"}))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "no actor of this fleet consumes build-requested" in answer.json()["detail"]


def test_what_an_event_caused_can_be_read(publisher: httpx.Client, author: Author, app_id: str) -> None:
    url = f"/v1/stories/s?app_id={app_id}"
    assert publisher.get(url).status_code == 404
    author.write(app_id, 2)
    assert [step["seq"] for step in publisher.get(url).json()["steps"]] == [1, 2]
    assert publisher.get("/v1/stories/s?app_id=somebody-else").status_code == 403
    assert publisher.get("/v1/stories/s").json() == publisher.get(url).json()


def test_a_story_is_found_in_whichever_app_it_is_by_who_may_see_it(
    served: Gateway, author: Author, app_id: str
) -> None:
    for story_id, apps in {f"one-{app_id}": "a", f"two-{app_id}": "ab"}.items():
        for name in apps:
            author.write(f"{app_id}-{name}", 2, story_id=story_id)
    one, two = f"/v1/stories/one-{app_id}", f"/v1/stories/two-{app_id}"
    for held in ([f"{app_id}-a", f"{app_id}-b"], ["*"]):
        with served.client(token(*held)) as client:
            found = client.get(one).json()
            assert (found["app_id"], [step["seq"] for step in found["steps"]]) == (f"{app_id}-a", [1, 2])
            both = client.get(two)
            assert (both.status_code, both.json()["errors"][0]["field"]) == (409, "app_id")
            assert [step["seq"] for step in client.get(f"{two}?app_id={app_id}-b").json()["steps"]] == [1, 2]
    with served.client(token(f"{app_id}-b")) as client:
        assert (client.get(one).status_code, client.get(two).json()["app_id"]) == (404, f"{app_id}-b")
