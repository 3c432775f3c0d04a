"""Dead letters at a real broker: looking changes nothing, a requeue loses nothing."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from typer.testing import CliRunner, Result

from actors.fleet import FLEET
from actors.runtime.topology import declare_actor, declare_shared
from contracts.cloudevents import STRUCTURED
from contracts.topology import DEAD, dead_queue
from gateway.cli.main import app
from gateway.launcher.rabbitmq import PrivateRabbit

ACTOR = FLEET[0]
OF = ("--actor", ACTOR.name)


@pytest.fixture(scope="module")
def declared(rabbit: PrivateRabbit) -> Iterator[BlockingChannel]:
    """A channel of a broker that has every actor's queues."""
    with pika.BlockingConnection(pika.URLParameters(f"{rabbit.url}?heartbeat=0")) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        declare_shared(channel)
        for actor in FLEET:
            declare_actor(channel, actor)
        yield channel
        for actor in FLEET:  # other tests look at what happens where nobody consumes
            channel.queue_delete(actor.queue)
            channel.queue_delete(dead_queue(actor.name))


@pytest.fixture
def channel(declared: BlockingChannel, rabbit: PrivateRabbit, monkeypatch: pytest.MonkeyPatch) -> BlockingChannel:
    monkeypatch.setenv("FLEET_AMQP_URL", rabbit.url)
    for actor in FLEET:
        declared.queue_purge(actor.queue)
        declared.queue_purge(dead_queue(actor.name))
    return declared


def bury(channel: BlockingChannel, event_id: str, body: bytes | None = None) -> None:
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/t",
        "type": "overskill.file-written",
        "subject": "demo",
    }
    headers = {
        "x-error-type": "Cancel",
        "x-error": "path: is odd\x1b[31m",
        "x-failed-queue": ACTOR.queue,
        "x-original-routing-key": "file-written.demo",
        "x-failed-at": 1_770_000_000_000,
        "x-retries": 8,
    }
    properties = pika.BasicProperties(content_type=STRUCTURED, delivery_mode=2, headers=headers)
    channel.basic_publish(DEAD, ACTOR.queue, body or json.dumps(attributes).encode(), properties, mandatory=True)


def letters(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["dead-letters", *arguments], input=stdin, catch_exceptions=False)


def listed(*arguments: str) -> list[dict[str, Any]]:
    """List one actor's letters: to find out which actors there are takes a process of its own."""
    found: list[dict[str, Any]] = json.loads(letters("list", "--json", *OF, *arguments).stdout)
    return found


def test_listing_shows_why_and_changes_nothing(channel: BlockingChannel) -> None:
    for number in range(5):
        bury(channel, f"e-{number}")
    everybodys = json.loads(letters("list", "--json").stdout)
    for _ in range(3):
        found = listed()
        assert found == everybodys
        assert [letter["event_id"] for letter in found] == [f"e-{number}" for number in range(5)]
        assert [letter["event_id"] for letter in listed("--limit", "2")] == ["e-0", "e-1"]
    assert found[0] | {"bytes": 0} == {
        "event_id": "e-0",
        "actor": ACTOR.name,
        "reason": "path: is odd\x1b[31m",
        "error": "Cancel",
        "failed_at": "2026-02-02T02:40:00+00:00",
        "routing_key": "file-written.demo",
        "bytes": 0,
    }


def test_a_letter_is_shown_whole_and_cannot_paint_the_terminal(channel: BlockingChannel) -> None:
    bury(channel, "e-1")
    shown = letters("show", "e-1", *OF).stdout
    assert "overskill.file-written" in shown
    assert "\x1b" not in shown + letters("list").stdout
    assert json.loads(letters("show", "e-1", "--json", *OF).stdout)["headers"]["x-retries"] == 8
    assert letters("show", "e-2", *OF).exit_code == 1


def test_a_letter_that_nobody_can_read_has_a_name_too(channel: BlockingChannel) -> None:
    bury(channel, "", b"\xff not json")
    (letter,) = listed()
    assert letters("show", letter["event_id"], *OF).exit_code == 0
    assert letters("drop", letter["event_id"], "--yes", *OF).exit_code == 0
    assert listed() == []


def test_a_requeue_reaches_its_actor_alone_and_leaves_the_rest_in_order(channel: BlockingChannel) -> None:
    for number in range(5):
        bury(channel, f"e-{number}")
    assert letters("requeue", "e-3", "e-1", "--actor", ACTOR.name).exit_code == 0
    assert [letter["event_id"] for letter in listed()] == ["e-0", "e-2", "e-4"]
    came = [(properties, body) for _method, properties, body in islice(channel.consume(ACTOR.queue, auto_ack=True), 2)]
    channel.cancel()
    assert [json.loads(body)["id"] for _properties, body in came] == ["e-1", "e-3"]
    properties = came[0][0]
    assert properties.headers == {"x-original-routing-key": "file-written.demo", "x-retries": 9}
    assert (properties.content_type, properties.delivery_mode) == (STRUCTURED, 2)
    for actor in FLEET:
        assert channel.queue_declare(actor.queue, passive=True).method.message_count == 0


def test_a_requeue_of_all_takes_each_once(channel: BlockingChannel) -> None:
    for number in range(3):
        bury(channel, f"e-{number}")
    assert len(json.loads(letters("requeue", "--all", "--json").stdout)) == 3
    assert listed() == []
    assert channel.queue_declare(ACTOR.queue, passive=True).method.message_count == 3


def test_what_cannot_be_requeued_stays(channel: BlockingChannel) -> None:
    for number in range(3):
        bury(channel, f"e-{number}")
    assert len(listed()) == 3  # what was looked at is kept apart by the broker
    channel.queue_delete(ACTOR.queue)
    result = letters("requeue", "--all", *OF)
    assert (result.exit_code, "takes nothing now" in result.stderr) == (1, True)
    declare_actor(channel, ACTOR)
    assert [letter["event_id"] for letter in listed()] == ["e-0", "e-1", "e-2"]


def test_a_drop_asks_first(channel: BlockingChannel) -> None:
    bury(channel, "e-1")
    assert letters("drop", "--all", *OF, stdin="n\n").exit_code == 1
    assert len(listed()) == 1
    assert letters("drop", "--all", *OF, stdin="y\n").exit_code == 0
    assert listed() == []


@pytest.mark.usefixtures("channel")
def test_what_is_asked_wrongly_or_not_there_is_said() -> None:
    assert letters("requeue").exit_code == 2
    assert letters("requeue", "e-1", "--all").exit_code == 2
    missing = letters("requeue", "e-1")
    assert (missing.exit_code, "no dead letter has the id e-1" in missing.stderr) == (1, True)
    unknown = letters("list", "--actor", "nobody")
    assert (unknown.exit_code, ACTOR.name in unknown.stderr) == (1, True)
    assert letters("list").stdout == "no dead letters\n"
