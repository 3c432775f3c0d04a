"""Apps made over HTTP: the answer waits for the actor, but not for ever."""

from collections.abc import Iterator
from typing import Any

import httpx
import pika
import pytest

from actors.create_app import create_app
from contracts.settings import Settings
from contracts.topology import dead_queue
from tests.actors.conftest import running
from tests.gateway.conftest import Author, Gateway, token


@pytest.fixture
def publisher(served: Gateway, app_id: str) -> Iterator[httpx.Client]:
    with served.client(token(app_id, role="publisher")) as client:
        yield client


@pytest.fixture
def crew(amqp_url: str, database_url: str) -> Iterator[None]:
    settings = Settings.model_validate({"amqp_url": amqp_url, "database_url": database_url, "worker_threads": 1})
    with running((create_app,), settings):
        yield
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        channel.queue_delete(create_app.queue)
        channel.queue_delete(dead_queue(create_app.name))


def without_ticket(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without what is another at every second."""
    assert "ticket=" in state["preview"].pop("open_url")
    return state


def test_nobody_who_creates_apps_is_a_503(publisher: httpx.Client, app_id: str) -> None:
    answer = publisher.post("/v1/apps", json={"app_id": app_id})
    assert answer.status_code == 503
    assert "app-created" in answer.json()["detail"]


def test_an_app_is_there_when_the_answer_comes(publisher: httpx.Client, app_id: str, crew: None) -> None:
    assert crew is None
    answer = publisher.post("/v1/apps", json={"app_id": app_id, "name": "A name", "tier": "pro"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/apps/{app_id}"
    assert answer.json()["tier"] == "pro"
    assert without_ticket(publisher.get(f"/v1/apps/{app_id}").json()) == without_ticket(answer.json())


def test_an_actor_that_takes_its_time_is_not_waited_for(publisher: httpx.Client, author: Author, app_id: str) -> None:
    queue = author.consume("app-created")
    answer = publisher.post("/v1/apps", json={"app_id": app_id})
    author.channel.queue_delete(queue)
    assert answer.status_code == 202
    assert answer.json()["story_url"].startswith("/v1/stories/")


@pytest.mark.parametrize("wanted", [{}, {"app_id": "Demo"}, {"app_id": "www"}, {"app_id": "demo", "tier": "gold"}])
def test_what_cannot_be_an_app_is_a_422(served: Gateway, wanted: dict[str, str]) -> None:
    with served.client(token(role="publisher")) as client:
        assert client.post("/v1/apps", json=wanted).status_code == 422


def test_an_app_of_somebody_else_is_a_403(publisher: httpx.Client) -> None:
    assert publisher.post("/v1/apps", json={"app_id": "somebody-else"}).status_code == 403
