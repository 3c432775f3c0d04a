"""Tools that the AI calls inside a message."""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field, model_validator

from contracts.cloudevents import parse_json
from contracts.errors import BadEvent, Flaw
from contracts.event import Count, Event, Model, Word


def _vendors_schema(schema: dict[str, Any]) -> None:
    """Let the JSON Schema accept the shapes that the validator does."""
    properties = schema["properties"]
    properties["arguments"] = {
        "anyOf": [{"type": "object"}, {"type": "string", "contentMediaType": "application/json"}]
    }
    properties["input"] = {"type": "object"}
    call = {"name": properties["name"], "arguments": properties["arguments"]}
    properties["function"] = {"type": "object", "properties": call, "required": ["name"]}
    schema["anyOf"] = [{"required": ["name"]}, {"required": ["function"]}]
    del schema["required"]


class Tool(Model):
    """A tool's name and what it is called with, in the AI vendors' shapes too."""

    model_config = ConfigDict(json_schema_extra=_vendors_schema)
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
                arguments = parse_json(arguments.encode() or b"{}")
            except (BadEvent, UnicodeEncodeError):
                raise BadEvent(Flaw("arguments", "is a string that is not JSON")) from None
        return {"name": call.get("name"), "arguments": arguments}


class ToolCalled(Event):
    """The AI called a tool."""

    kind: ClassVar = "tool-called"
    message_id: Word
    tool_index: Count
    iteration: Count | None = None
    tool: Tool


class MessageCancelled(Event):
    """The person stopped the message."""

    kind: ClassVar = "message-cancelled"
    message_id: Word


class ToolStarted(Event):
    """It is the turn of a call that takes its time: whoever runs such tools runs it now."""

    kind: ClassVar = "tool-started"
    message_id: str
    iteration: int
    tool_index: int
    tool: str
    attempt: int


class ToolCompleted(Event):
    """The call is done."""

    kind: ClassVar = "tool-completed"
    message_id: str
    iteration: int | None = None
    tool_index: int
    tool: str
    attempt: int
    details: dict[str, Any]


class ToolFailed(Event):
    """The call did not work, for this reason."""

    kind: ClassVar = "tool-failed"
    message_id: str
    iteration: int | None = None
    tool_index: int
    tool: str
    attempt: int
    reason: str
    nearest: tuple[str, ...] | None = None
