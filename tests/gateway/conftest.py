"""Gateways as processes of their own, and somebody who writes stories for them to tell."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from pika.exceptions import AMQPError

from actors.runtime.topology import declare_shared
from contracts.topology import EVENTS, PROGRESS, binding
from edge import bound
from gateway.launcher import ports
from gateway.tokens import mint
from sql import progress
from sql.database import open_pool, role_url, transaction
from tests.gateway.client import Stream
from tests.patience import PATIENCE

SECRET = "a-secret-for-these-tests-only-123456"
ROOT = Path(__file__).parents[2]


class Gateway:
    """`python -m gateway`."""

    def __init__(self, **environment: str) -> None:
        (self.port,) = ports.choose(1)
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        inherited.pop("PROMETHEUS_MULTIPROC_DIR", None)
        self.environment = {
            **inherited,
            "FLEET_HTTP": f"127.0.0.1:{self.port}",
            "FLEET_JWT_SECRET": SECRET,
            "FLEET_LOG_FORMAT": "json",
            **environment,
        }
        self.lines: list[dict[str, Any]] = []
        self._ready = threading.Event()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "gateway"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=bound.to_parent(signal.SIGKILL),
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        assert self._ready.wait(PATIENCE), self.lines

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line) if line.startswith("{") else {"event": line})
            if self.lines[-1]["event"] == "ready":
                self._ready.set()

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it, and return its exit status."""
        self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self._reading.join()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    def until_ready(self) -> dict[str, Any]:
        """Wait until it says that nothing is missing, and return what it says."""
        deadline = time.monotonic() + PATIENCE
        with self.client() as client:
            while (said := client.get("/readyz")).status_code != 200:
                assert time.monotonic() < deadline, (said.text, self.lines[-10:])
                time.sleep(0.1)
            return dict(said.json())


def token(*apps: str, role: str = "viewer", ttl: float = 600, stream: bool = False) -> str:
    return mint(SECRET, role=role, apps=apps or ("*",), ttl=ttl, stream=stream)


class Author:
    """Writes steps as a worker would, and pushes them, or loses the push."""

    def __init__(self, amqp_url: str, database_url: str) -> None:
        self.pool = open_pool(role_url(database_url, "fleet_worker"), size=1, name="author")
        self.connection = pika.BlockingConnection(pika.URLParameters(f"{amqp_url}?heartbeat=0"))
        self.channel = self.connection.channel()
        declare_shared(self.channel)

    def write(self, app_id: str, count: int = 1, *, push: bool = True, **fact: Any) -> list[progress.Numbered]:
        about = {"app_id": app_id, "event_id": "e", "story_id": fact.pop("story_id", "s"), "attempt": 1}
        steps = [progress.step(fact.pop("kind", "progress"), about, {"stage": "x", **fact}) for _ in range(count)]
        with transaction(self.pool, app_id) as tx:
            written = progress.append(tx, app_id, steps).numbered()
        for step in written if push else []:
            self.push(app_id, step)
        return written

    def push(self, app_id: str, step: progress.Numbered) -> None:
        headers: dict[str, Any] = {"seq": step.seq, "kind": step.kind}
        if step.message_id is not None:
            headers["message_id"] = step.message_id
        self.channel.basic_publish(PROGRESS, app_id, step.data.encode(), pika.BasicProperties(headers=headers))

    def consume(self, kind: str) -> str:
        """Let a queue take a kind, as an actor's would, and return its name."""
        queue = str(self.channel.queue_declare("", exclusive=True).method.queue)
        self.channel.queue_bind(queue, EVENTS, binding(kind))
        return queue

    def taken(self, queue: str) -> list[dict[str, Any]]:
        """Return what the queue has."""
        found = []
        while (message := self.channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append(json.loads(message[2]))
        return found

    def close(self) -> None:
        with suppress(AMQPError):  # a test may have taken the broker away
            self.connection.close()
        self.pool.close()


@pytest.fixture(scope="module")
def author(amqp_url: str, database_url: str) -> Iterator[Author]:
    author = Author(amqp_url, database_url)
    yield author
    author.close()


@pytest.fixture(scope="module")
def new_gateway(author: Author, amqp_url: str, database_url: str) -> Iterator[Callable[..., Gateway]]:
    """Start gateways on the module's services, or on others."""
    assert author
    started: list[Gateway] = []

    def start(**environment: str) -> Gateway:
        services = {"FLEET_AMQP_URL": amqp_url, "FLEET_DATABASE_URL": database_url}
        started.append(Gateway(**{**services, **environment}))
        started[-1].start()
        return started[-1]

    yield start
    for gateway in started:
        if gateway.process.poll() is None:
            assert gateway.end() == 0, gateway.lines[-20:]
        noise = [line for line in gateway.lines if line.get("level") == "error" or "timestamp" not in line]
        assert noise == []


@pytest.fixture(scope="module")
def served(new_gateway: Callable[..., Gateway]) -> Gateway:
    gateway = new_gateway(FLEET_CORS_ORIGINS="https://editor.example", FLEET_MAX_EVENT_BYTES="100000")
    gateway.until_ready()
    return gateway


@pytest.fixture
def app_id() -> str:
    return f"app-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def follow(served: Gateway, app_id: str) -> Callable[..., Stream]:
    """Open streams of this test's app."""

    def stream(query: str = "", **options: Any) -> Stream:
        return Stream(options.pop("url", served.url), app_id, options.pop("token", token(app_id)), query, **options)

    return stream
