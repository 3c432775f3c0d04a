"""A crew of actors on real services, and a publisher's ear and mouth on the bus."""

import json
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pika
import psycopg
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from actors.runtime.actor import Actor
from actors.runtime.topology import declare_shared
from actors.worker import Crew
from contracts.cloudevents import STRUCTURED
from contracts.settings import Settings
from contracts.topology import DELAYS_MS, EVENTS, PROGRESS, dead_queue, delay, routing_key
from sql.database import role_url
from tests.patience import PATIENCE


class Bus:
    """Publishes as the generator would, and hears all that is said."""

    def __init__(self, url: str) -> None:
        # No heartbeat, for a test may listen to something else for long.
        self.connection = pika.BlockingConnection(pika.URLParameters(f"{url}?heartbeat=0"))
        self.channel: BlockingChannel = self.connection.channel()
        self.channel.confirm_delivery()
        declare_shared(self.channel)
        self.heard: dict[str, deque[tuple[Any, bytes]]] = {}
        self.ear = self._listen(EVENTS)
        self.stories = self._listen(PROGRESS)

    def close(self) -> None:
        """Hang up; a test may have taken the broker away."""
        with suppress(AMQPError):
            self.connection.close()

    def _listen(self, exchange: str) -> str:
        queue = str(self.channel.queue_declare("", exclusive=True).method.queue)
        self.channel.queue_bind(queue, exchange, "#")
        self._consume(queue)
        return queue

    def _consume(self, queue: str) -> None:
        heard = self.heard.setdefault(queue, deque())
        self.channel.basic_consume(
            queue, lambda _channel, _method, properties, body: heard.append((properties, body)), auto_ack=True
        )

    def publish(self, kind: str, app_id: str, data: dict[str, Any], **attributes: Any) -> str:
        """Publish an event and return its id."""
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "test",
            "type": f"overskill.{kind}",
            "subject": app_id,
            "data": data,
            **attributes,
        }
        self.publish_raw(routing_key(kind, app_id), json.dumps(event).encode())
        return str(event["id"])

    def publish_raw(self, key: str, body: bytes, content_type: str | bytes = STRUCTURED, **properties: Any) -> None:
        """Publish whatever."""
        about = pika.BasicProperties(content_type=content_type, delivery_mode=2, **properties)
        self.channel.basic_publish(EVENTS, key, body, about, mandatory=True)

    def _next(self, queue: str, wanted: Callable[[Any, bytes], bool]) -> tuple[Any, bytes]:
        deadline = time.monotonic() + PATIENCE
        while True:
            for heard in list(self.heard[queue]):
                if wanted(*heard):
                    self.heard[queue].remove(heard)
                    return heard
            assert time.monotonic() < deadline, "nothing of the kind was said in time"
            self.connection.process_data_events(time_limit=deadline - time.monotonic())

    def hear(self, kind: str, app_id: str | None = None) -> dict[str, Any]:
        """Return the next event of a kind."""

        def wanted(_properties: Any, body: bytes) -> bool:
            event = json.loads(body)
            return event["type"] == f"overskill.{kind}" and app_id in {None, event["subject"]}

        return dict(json.loads(self._next(self.ear, wanted)[1]))

    def watch(self, kind: str, app_id: str | None = None) -> dict[str, Any]:
        """Return the next step of a kind that watchers are sent."""

        def wanted(properties: Any, body: bytes) -> bool:
            return properties.headers["kind"] == kind and app_id in {None, json.loads(body)["app_id"]}

        return dict(json.loads(self._next(self.stories, wanted)[1]))

    def dead(self, actor: Actor) -> tuple[dict[str, Any], bytes]:
        """Return an actor's next dead letter."""
        if dead_queue(actor.name) not in self.heard:
            self._consume(dead_queue(actor.name))
        properties, body = self._next(dead_queue(actor.name), lambda *_: True)
        return dict(properties.headers), body


@pytest.fixture
def bus(amqp_url: str) -> Iterator[Bus]:
    with closing(Bus(amqp_url)) as bus:
        yield bus


@pytest.fixture
def settings(amqp_url: str, database_url: str) -> Settings:
    return Settings.model_validate({"amqp_url": amqp_url, "database_url": database_url, "worker_threads": 4})


@contextmanager
def running(actors: tuple[Actor, ...], settings: Settings) -> Iterator[Crew]:
    """Run actors in this process."""
    crew = Crew(actors, settings, "test crew")
    crew.start()
    try:
        assert crew.broker.consuming.wait(PATIENCE)
        yield crew
    finally:
        crew.stop()
    assert not [thread for thread in crew.threads() if thread.is_alive()]


@pytest.fixture
def crew(settings: Settings, bus: Bus) -> Iterator[Callable[..., Crew]]:
    """Start actors that stop, and whose queues go, with the test."""
    started: list[tuple[tuple[Actor, ...], Any]] = []

    def start(*actors: Actor, **changes: Any) -> Crew:
        context = running(actors, settings.model_copy(update=changes))
        started.append((actors, context))
        return context.__enter__()

    yield start
    for actors, context in reversed(started):
        context.__exit__(None, None, None)
        for actor in actors:
            bus.channel.queue_delete(actor.queue)
            bus.channel.queue_delete(dead_queue(actor.name))
    for milliseconds in DELAYS_MS:
        bus.channel.queue_purge(delay(milliseconds))


@pytest.fixture
def query(database_url: str) -> Callable[..., list[tuple[Any, ...]]]:
    """Ask the database as a worker on one app sees it."""

    def ask(sql: str, *parameters: Any, app_id: str = "") -> list[tuple[Any, ...]]:
        with psycopg.connect(role_url(database_url, "fleet_worker")) as connection:
            connection.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
            return connection.execute(sql.encode(), parameters).fetchall()

    return ask


@pytest.fixture
def app_id() -> str:
    return f"app-{uuid.uuid4().hex[:12]}"
