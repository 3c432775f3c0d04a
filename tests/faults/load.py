"""A mixed load on some apps, and a model that knows what must have become of it."""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import httpx

from contracts.topology import routing_key
from gateway.tokens import mint
from tests.faults.ground import SECRET
from tests.faults.publisher import Publisher

SOURCE = "chaos"
PATHS = [f"src/{n}.ts" for n in range(12)]
_PAUSE = 0.1
_PATIENCE = 90

Event = dict[str, Any]


class Writer:
    """Writes one app's files, in every way there is, and remembers what it was promised."""

    def __init__(self, app_id: str, seed: str, amqp_url: str, addresses: list[str]) -> None:
        self.app_id = app_id
        self.files: dict[str, str] = {}
        self.verdicts: dict[str, str] = {}
        self.junk: list[bytes] = []
        self.ways: Counter[str] = Counter()
        self._random = Random(seed)
        self._publisher = Publisher(amqp_url)
        self._addresses = addresses
        self._sequence = 0
        self._last: Event | None = None

    def write(self, until: threading.Event, pace: float) -> None:
        """Go on until told to stop."""
        ways: list[tuple[Callable[[], None], int]] = [
            (self._over_amqp, 8),
            (self._over_http, 4),
            (self._in_a_batch, 2),
            (self._again, 2),
            (self._in_vain, 1),
            (self._nonsense, 1),
        ]
        try:
            while not until.wait(self._random.expovariate(1 / pace)):
                (way,) = self._random.choices([way for way, _ in ways], [weight for _, weight in ways])
                way()
                self.ways[way.__name__.strip("_").replace("_", " ")] += 1
        finally:
            self._publisher.close()

    def _over_amqp(self) -> None:
        self._send(self._change())

    def _over_http(self) -> None:
        event = self._change()
        self._post(event, "application/cloudevents+json")
        self._last = event

    def _in_a_batch(self) -> None:
        self._post([self._change() for _ in range(3)], "application/cloudevents-batch+json")

    def _again(self) -> None:
        """Repeat what was accepted already."""
        if self._last is not None:
            self._send(self._last)

    def _in_vain(self) -> None:
        """Ask for what cannot be."""
        data = {"operation": "rename", "path": "b.ts", "from_path": "never-there.ts"}
        self._send(self._event(data, "file-rejected"))

    def _nonsense(self) -> None:
        body = b"{" + uuid.uuid4().hex.encode()
        self._publisher.insist(routing_key("file-written", self.app_id), body)
        self.junk.append(body)

    def _change(self) -> Event:
        """Return the next change; whatever it touches now holds this, in whichever order events arrive."""
        path = self._random.choice(PATHS)
        if self._random.random() < 0.1:
            self.files.pop(path, None)
            return self._event({"operation": "delete", "path": path}, "file-stored")
        self.files[path] = f"{self._sequence} {'x' * self._random.randrange(2_000)}"
        return self._event({"path": path, "content": self.files[path]}, "file-stored")

    def _event(self, data: dict[str, Any], verdict: str) -> Event:
        self._sequence += 1
        event = {
            "specversion": "1.0",
            "id": f"{self._sequence}",
            "source": SOURCE,
            "type": "overskill.file-written",
            "subject": self.app_id,
            "sequence": f"{self._sequence}",
            "data": data,
        }
        self.verdicts[f"{self._sequence}"] = verdict
        return event

    def _send(self, event: Event) -> None:
        self._publisher.insist(routing_key("file-written", self.app_id), json.dumps(event).encode())
        self._last = event

    def _post(self, events: Event | list[Event], content_type: str) -> None:
        """Post until some gateway has accepted it; what was promised is kept."""
        token = mint(SECRET, role="publisher", apps=(self.app_id,), ttl=3600)
        headers = {"authorization": f"Bearer {token}", "content-type": content_type}
        deadline = time.monotonic() + _PATIENCE
        while True:
            address = self._random.choice(self._addresses)
            with suppress(httpx.TransportError):
                answer = httpx.post(
                    f"http://{address}/v1/events", content=json.dumps(events), headers=headers, timeout=15
                )
                if answer.status_code == httpx.codes.ACCEPTED:
                    return
                assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            assert time.monotonic() < deadline, "nobody ever accepted it"
            time.sleep(_PAUSE)
