"""A generator as it should be: it publishes again, under the same id, until the broker has confirmed."""

import json
import time
import uuid
from contextlib import suppress
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, NackError, UnroutableError

from contracts.cloudevents import STRUCTURED
from contracts.topology import EVENTS, routing_key
from tests.patience import PATIENCE

_PAUSE = 0.1
#: A broker whose memory is full keeps a publisher waiting; this one rather comes back.
_BLOCKED_SECONDS = 2


class Publisher:
    """One connection, made anew whenever it is lost."""

    def __init__(self, url: str) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.blocked_connection_timeout = _BLOCKED_SECONDS
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def write(self, app_id: str, path: str, content: str, **attributes: Any) -> str:
        """Publish a file-written, and return its id once the broker has it."""
        event = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "test",
            "type": "overskill.file-written",
            "subject": app_id,
            "data": {"path": path, "content": content},
            **attributes,
        }
        self.insist(routing_key("file-written", app_id), json.dumps(event).encode())
        return str(event["id"])

    def insist(self, key: str, body: bytes, content_type: str = STRUCTURED) -> None:
        """Publish until it is confirmed."""
        deadline = time.monotonic() + PATIENCE
        about = pika.BasicProperties(content_type=content_type, delivery_mode=2)
        while True:
            try:
                self._open().basic_publish(EVENTS, key, body, about, mandatory=True)
            except (AMQPError, NackError, UnroutableError, OSError):
                self.close()
                assert time.monotonic() < deadline, "the broker never took it"
                time.sleep(_PAUSE)
            else:
                return

    def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(AMQPError, OSError):  # it may be lost already, and not know it
                connection.close()

    def _open(self) -> BlockingChannel:
        if self._connection is None or self._channel is None or self._channel.is_closed:
            self.close()
            self._connection = pika.BlockingConnection(self._parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        return self._channel
