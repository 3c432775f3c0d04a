"""Somebody who opens a public preview again and again takes nobody else's stream."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pika
import pytest

from contracts.topology import PREVIEWS
from gateway.preview.passes import Passes
from tests.gateway.conftest import Author, Gateway, token
from tests.gateway.preview.conftest import edge, store
from tests.patience import until

MOST = 20
SHED = "retry: 15000"
GREETED = "retry: 2000"


@pytest.fixture(scope="module")
def gateway(new_gateway: Callable[..., Gateway], home: Path, amqp_url: str) -> Gateway:
    """A gateway with few places."""
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        connection.channel().exchange_declare(PREVIEWS, "topic", durable=True)
    started = new_gateway(FLEET_HOME=str(home), FLEET_MAX_STREAMS=str(MOST), FLEET_MAX_ADDRESS_PAGES="2")
    started.until_ready()
    return started


@pytest.fixture
def stay() -> Iterator[ExitStack]:
    """Keep streams open until the test has ended."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def crowd(origin: httpx.Client, stay: ExitStack) -> Callable[..., list[str]]:
    """Open so many streams of an app's page, and return the first word of each."""

    kept: list[Iterator[str]] = []  # what is no longer read is hung up on

    def come(app_id: str, times: int, **headers: str) -> list[str]:
        said = edge(app_id, **headers)
        asked = [origin.stream("GET", "/__fleet/updates?rev=x.1", headers=said) for _ in range(times)]
        lines = [stay.enter_context(one).iter_lines() for one in asked]
        kept.extend(lines)
        return [next(one) for one in lines]

    return come


@pytest.fixture
def apps(gateway: Gateway, author: Author, app_id: str) -> list[str]:
    """Apps that everybody may see, and one that is private."""
    names = [f"{app_id}-{n}" for n in range(6)]
    with gateway.client(token(role="editor")) as client:
        for n, name in enumerate(names):
            store(author, name)
            assert client.put(f"/v1/apps/{name}/preview", json={"private": n == 0}).status_code == 200
    return names


def streams(gateway: Gateway) -> str:
    """Return what it says of its room; it is ready all the same."""
    with gateway.client() as client:
        said = client.get("/readyz")
    assert (said.status_code, said.json()["ready"]) == (200, True)
    return str(said.json()["streams"])


def test_a_crowd_before_public_previews_takes_its_share_and_no_more(
    gateway: Gateway, apps: list[str], passes: Passes, crowd: Callable[..., list[str]], stay: ExitStack
) -> None:
    private, one, other, *more = apps
    assert crowd(one, MOST) == [GREETED] * 5 + [SHED] * 15
    assert streams(gateway) == "ok"
    editor = stay.enter_context(gateway.client(token("another")))
    progress = stay.enter_context(editor.stream("GET", "/v1/apps/another/events"))
    heard = progress.iter_lines()
    assert next(heard) == GREETED
    assert crowd(other, 4, x_edge_address="8.8.8.8") == [GREETED] * 2 + [SHED] * 2
    assert [said for app in more for said in crowd(app, 6)].count(GREETED) == 9
    until(lambda: streams(gateway) == "full for strangers", "that strangers are told to wait")
    cookie = passes.cookies(private, safe=False)[0].partition(";")[0]
    assert crowd(private, 4, cookie=cookie) == [GREETED] * 3 + [SHED]
    until(lambda: streams(gateway) == "full", "that everybody is told to wait")
