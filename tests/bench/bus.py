"""Publishes as a generator would, at once or at a pace, and hears what becomes of it."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pika

from contracts.cloudevents import STRUCTURED
from contracts.topology import EVENTS, routing_key
from tests.bench.marks import found, now

PATIENCE = 60.0


def event(kind: str, app_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it travels."""
    about = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "bench"}
    return {**about, "type": f"overskill.{kind}", "subject": app_id, "data": data}


def written(app_id: str, word: str) -> dict[str, Any]:
    """Return an event that writes one small file, of a name that says when it was sent."""
    return event("file-written", app_id, {"path": f"src/{word}.tsx", "content": f"export default '{word}'\n"})


def rewritten(app_id: str, n: int) -> dict[str, Any]:
    """Return an event that writes one of two hundred files again: an app must not have any number of them."""
    return event("file-written", app_id, {"path": f"src/{n % 200}.tsx", "content": f"export default {n}\n"})


class Mouth:
    """One connection that publishes without waiting for confirmations: what is measured is the way, not the door."""

    def __init__(self, url: str) -> None:
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 0
        self._connection = pika.BlockingConnection(parameters)
        self.channel = self._connection.channel()

    def say(self, one: dict[str, Any]) -> None:
        key = routing_key(one["type"].removeprefix("overskill."), one["subject"])
        self.send(EVENTS, key, json.dumps(one).encode())

    def send(self, exchange: str, key: str, body: bytes, headers: dict[str, Any] | None = None) -> None:
        properties = pika.BasicProperties(content_type=STRUCTURED, delivery_mode=2, headers=headers)
        self.channel.basic_publish(exchange, key, body, properties)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def mouth(url: str) -> Iterator[Mouth]:
    """Lend a mouth."""
    lent = Mouth(url)
    try:
        yield lent
    finally:
        lent.close()


def paced(count: int, per_second: float, say: Callable[[int], None]) -> None:
    """Say so many things at an even pace, and the next later where one takes long."""
    due = time.monotonic()
    for n in range(count):
        time.sleep(max(0.0, due - time.monotonic()))
        say(n)
        due = max(due + 1 / per_second, time.monotonic())


class Ear(threading.Thread):
    """Hears one kind of event, and notes when each that is marked was sent and came."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(name="ear", daemon=True)
        self.pairs: list[tuple[int, int]] = []
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 0
        self._connection = pika.BlockingConnection(parameters)
        self._channel = self._connection.channel()
        queue = self._channel.queue_declare("", exclusive=True).method.queue
        self._channel.queue_bind(queue, EVENTS, f"{kind}.*")
        self._channel.basic_consume(queue, self._hear, auto_ack=True)

    def run(self) -> None:
        """Listen until told to stop."""
        self._channel.start_consuming()

    def stop(self) -> None:
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)
        self.join()
        self._connection.close()

    def wait(self, count: int) -> list[tuple[int, int]]:
        """Return what was heard once it is so much, and begin anew."""
        size, since = 0, time.monotonic()
        while len(self.pairs) < count:
            if len(self.pairs) != size:
                size, since = len(self.pairs), time.monotonic()
            if time.monotonic() - since > PATIENCE:
                raise TimeoutError(f"{size} of {count} were heard, and nothing more")
            time.sleep(0.005)
        heard, self.pairs = self.pairs, []
        return heard

    def _hear(self, _channel: object, _method: object, _properties: object, body: bytes) -> None:
        came = now()
        marks = found(body)
        self.pairs.append((min(marks, default=came), came))


@contextmanager
def ear(url: str, kind: str) -> Iterator[Ear]:
    """Lend an ear."""
    lent = Ear(url, kind)
    lent.start()
    try:
        yield lent
    finally:
        lent.stop()


def say_all(one_mouth: Mouth, events: Iterable[dict[str, Any]]) -> int:
    """Say everything at once, and return when that began."""
    began = now()
    for one in events:
        one_mouth.say(one)
    return began
