"""Tools that the AI calls inside a message."""

import json
from typing import Any, ClassVar

from pydantic import Field, model_validator

from contracts.event import Event, Model, Word


class Tool(Model):
    """A tool's name and what it is called with, in the AI vendors' shapes too."""

    name: Word
    arguments: dict[str, Any] = Field(default_factory=dict, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _vendors_shapes(cls, data: Any) -> Any:
        """Accept {function: {name, arguments: "json"}} and {name, input: {...}}."""
        if not isinstance(data, dict):
            return data
        call = data["function"] if isinstance(data.get("function"), dict) else data
        arguments = call.get("arguments", call.get("input", {}))
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments or "{}")
            except (ValueError, RecursionError):
                raise ValueError("arguments is a string that is not JSON") from None
        return {"name": call.get("name"), "arguments": arguments}


class ToolCalled(Event):
    """The AI called a tool."""

    kind: ClassVar = "tool-called"
    message_id: Word
    tool_index: int = Field(ge=0)
    iteration: int | None = Field(default=None, ge=0)
    tool: Tool


class MessageCancelled(Event):
    """The person stopped the message."""

    kind: ClassVar = "message-cancelled"
    message_id: Word


class ToolCompleted(Event):
    """The call is done."""

    kind: ClassVar = "tool-completed"
    message_id: str
    tool_index: int
    tool: str
    attempt: int
    details: dict[str, Any]


class ToolFailed(Event):
    """The call did not work, for this reason."""

    kind: ClassVar = "tool-failed"
    message_id: str
    tool_index: int
    tool: str
    attempt: int
    reason: str
    nearest: tuple[str, ...] | None = None
