"""A generator that calls tools, and reads what becomes of each call."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.actors.conftest import Bus

Query = Callable[..., list[tuple[Any, ...]]]
ENDS = ("overskill.tool-completed", "overskill.tool-failed")


@dataclass
class Caller:
    """One message of one app."""

    bus: Bus
    query: Query
    app_id: str
    message_id: str = field(default_factory=lambda: f"msg-{uuid.uuid4().hex[:8]}")

    def call(self, index: int, tool: str, arguments: dict[str, Any], **attributes: Any) -> str:
        """Call a tool, and return the event's id."""
        data = {"message_id": self.message_id, "tool_index": index, "tool": {"name": tool, "arguments": arguments}}
        return self.bus.publish("tool-called", self.app_id, data, **attributes)

    def cancel(self) -> None:
        """Stop the message."""
        self.bus.publish("message-cancelled", self.app_id, {"message_id": self.message_id})

    def result(self, index: int) -> dict[str, Any]:
        """Wait for the end of a call, and return what is said of it."""

        def wanted(_properties: Any, body: bytes) -> bool:
            event = json.loads(body)
            mine = event["subject"] == self.app_id and event["data"].get("message_id") == self.message_id
            return event["type"] in ENDS and mine and event["data"]["tool_index"] == index

        return dict(json.loads(self.bus._next(self.bus.ear, wanted)[1])["data"])  # noqa: SLF001 - a test's own ear

    def completed(self, index: int) -> dict[str, Any]:
        """Wait for the good end of a call, and return its details."""
        result = self.result(index)
        assert "details" in result, result
        return dict(result["details"])

    def failed(self, index: int) -> str:
        """Wait for the bad end of a call, and return the reason."""
        result = self.result(index)
        assert "reason" in result, result
        return str(result["reason"])

    def told(self) -> list[dict[str, Any]]:
        """Return every step of the message, in order."""
        sql = "select body from fleet.progress where app_id = %s and message_id = %s order by seq"
        return [json.loads(body) for (body,) in self.query(sql, self.app_id, self.message_id, app_id=self.app_id)]

    def steps(self, index: int) -> list[tuple[str, int]]:
        """Return the stages of a call, each with how far it was."""
        return [
            (step["stage"], step["progress"])
            for step in self.told()
            if step["kind"] == "progress" and step.get("tool_index") == index
        ]

    def text(self, path: str) -> str:
        """Return what a file of the app holds."""
        sql = "select content from fleet.files join fleet.blobs using (sha256) where app_id = %s and path = %s"
        ((content,),) = self.query(sql, self.app_id, path, app_id=self.app_id)
        return bytes(content).decode()
