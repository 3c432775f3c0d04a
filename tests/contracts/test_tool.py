"""Tool calls, in whatever shape the AI's vendor gives them."""

from typing import Any

import pytest

from contracts.errors import BadEvent
from contracts.tool import Tool, ToolCalled

CALL = {"message_id": "m", "tool_index": 0}


def flaws(data: Any) -> dict[str, str]:
    with pytest.raises(BadEvent) as caught:
        ToolCalled.parse(data)
    return {flaw.field: flaw.reason for flaw in caught.value.flaws}


@pytest.mark.parametrize(
    "tool",
    [
        {"name": "os-write", "arguments": {"file_path": "a"}},
        {"name": "os-write", "arguments": '{"file_path": "a"}'},
        {"function": {"name": "os-write", "arguments": {"file_path": "a"}}},
        {"id": "call_1", "type": "function", "function": {"name": "os-write", "arguments": '{"file_path": "a"}'}},
        {"type": "function_call", "call_id": "call_1", "name": "os-write", "arguments": '{"file_path":"a"}'},
        {"type": "tool_use", "id": "toolu_1", "name": "os-write", "input": {"file_path": "a"}},
    ],
    ids=["ours", "ours as text", "nested", "OpenAI chat", "OpenAI responses", "Anthropic"],
)
def test_a_vendors_tool_call_is_understood(tool: dict[str, Any]) -> None:
    assert ToolCalled.parse(CALL | {"tool": tool}).tool == Tool(name="os-write", arguments={"file_path": "a"})


@pytest.mark.parametrize("tool", [{"name": "now"}, {"name": "now", "arguments": ""}, {"name": "now", "input": {}}])
def test_a_tool_may_be_called_without_arguments(tool: dict[str, Any]) -> None:
    assert ToolCalled.parse(CALL | {"tool": tool}).tool.arguments == {}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (CALL, "tool"),
        (CALL | {"tool": "os-write"}, "tool"),
        (CALL | {"tool": {}}, "tool.name"),
        (CALL | {"tool": {"name": 5}}, "tool.name"),
        (CALL | {"tool": {"name": "x", "arguments": None}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": [1]}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": "[1]"}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": "{"}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": '{"a": NaN}'}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": '{"a": 1e999}'}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": '{"a": "\\ud800"}'}}, "tool.arguments"),
        (CALL | {"tool": {"name": "x", "arguments": '{"a":' * 20_000}}, "tool.arguments"),
        (CALL | {"tool_index": -1, "tool": {"name": "x"}}, "tool_index"),
        (CALL | {"tool_index": 2**70, "tool": {"name": "x"}}, "tool_index"),
        ({"tool_index": 0, "tool": {"name": "x"}}, "message_id"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_the_field_that_is_wrong_is_named(data: Any, field: str) -> None:
    assert flaws(data).keys() == {field}


def test_arguments_are_never_quoted_back() -> None:
    secret = "sk-live-5up3r53cr37"
    assert secret not in str(flaws(CALL | {"tool": {"name": "x", "arguments": f'{{"key": "{secret}"'}}))
    assert secret not in repr(ToolCalled.parse(CALL | {"tool": {"name": "x", "arguments": {"key": secret}}}))
