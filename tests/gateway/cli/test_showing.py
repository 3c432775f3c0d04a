"""What people see: a line a fact, and a bar a tool."""

import io
from typing import Any

import pytest
from rich.console import Console

from gateway.cli import facts
from gateway.cli.console import tidy
from gateway.cli.ending import is_last
from gateway.cli.tail import Bars

AT = {"at": "2026-01-31T12:00:00.123Z", "app_id": "demo", "seq": 1, "story_id": "s", "event_id": "e"}


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ({"kind": "file-stored", "path": "a.ts", "version": 3, "bytes": 5}, "a.ts  version 3, 5 bytes"),
        (
            {"kind": "file-stored", "paths": ["a", "b", "c"], "version": 3, "bytes": 5},
            "a and 2 more  version 3, 5 bytes",
        ),
        ({"kind": "file-stored", "path": "a", "version": 3, "operation": "delete"}, "a  version 3, deleted"),
        ({"kind": "file-stored", "version": 9, "operation": "restore"}, "the whole app  version 9, restored"),
        ({"kind": "file-stored", "path": "a", "version": 3, "unchanged": True}, "a  version 3, 0 bytes, unchanged"),
        ({"kind": "file-rejected", "path": "a", "field": "path", "reason": "is odd"}, "a  path: is odd"),
        ({"kind": "progress", "stage": "writing", "message": "…", "progress": 5}, "  5 %  writing  …"),
        ({"kind": "build-superseded", "build_id": "1", "by": "2"}, "build_id=1  by=2"),
        ({"kind": "tool-completed", "tool": "x", "details": {"a": [1]}}, 'x  {"a": [1]}'),
        (
            {
                "kind": "tool-completed",
                "tool": "os-write",
                "details": {
                    "file_path": "a.ts",
                    "validation": {"errors": [{"file": "a.ts", "line": 2, "message": "Unexpected token"}]},
                },
            },
            "os-write  a.ts  a.ts:2 Unexpected token",
        ),
        (
            {"kind": "tool-failed", "tool": "os-wirte", "reason": "is unknown", "nearest": ["os-write"]},
            "os-wirte  is unknown  nearest: os-write",
        ),
        ({"kind": "preview-failed", "message": "x" * 200}, f"message={'x' * 99}…"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_fact_is_one_line(fact: dict[str, Any], line: str) -> None:
    assert facts.line({**AT, **fact}) == f"12:00:00.123  {fact['kind']:<20} {line}"


def test_no_text_from_outside_reaches_the_terminal_raw() -> None:
    hostile = "a\x1b]0;title\x07\r\n\u202e\x9b31m\u2028b"
    assert tidy(hostile).isprintable()
    assert "\n" not in facts.line({**AT, "kind": "file-rejected", "path": hostile, "field": "path", "reason": hostile})


@pytest.mark.parametrize(
    ("kind", "fact", "over", "bad"),
    [
        ("file-written", {"kind": "file-stored"}, True, False),
        ("file-written", {"kind": "file-rejected"}, True, True),
        ("file-written", {"kind": "progress", "stage": "writing", "progress": 30}, False, False),
        ("file-written", {"kind": "progress", "stage": "failed", "progress": 0}, True, True),
        ("app-created", {"kind": "progress", "stage": "created", "progress": 100}, True, False),
        ("tool-called", {"kind": "progress", "stage": "complete", "progress": 100, "tool_index": 0}, False, False),
        ("tool-called", {"kind": "tool-failed", "tool_index": 0}, True, True),
        ("build-requested", {"kind": "build-superseded"}, True, True),
        ("build-requested", {"kind": "deploy-succeeded"}, False, False),
    ],
)
def test_a_story_ends_with_its_last_word(kind: str, fact: dict[str, Any], over: bool, bad: bool) -> None:
    assert is_last(kind, fact) is over
    assert facts.is_bad_news(fact) is bad


def test_a_tool_is_a_bar_until_it_ends_as_a_line() -> None:
    screen = io.StringIO()
    tool = {**AT, "message_id": "m", "tool_index": 0, "tool_name": "os-write[bold]"}
    with Bars(Console(file=screen, force_terminal=True, width=120)) as bars:
        bars.show({**tool, "kind": "progress", "stage": "writing", "message": "src/[red]a.ts", "progress": 30})
        bars.show({**AT, "kind": "file-stored", "path": "src/a.ts", "version": 1, "bytes": 1})
        bars.refresh()
        assert "os-write[bold] #0" in screen.getvalue()
        assert "writing  src/[red]a.ts" in screen.getvalue()
        bars.show({**tool, "kind": "tool-completed", "tool": "os-write", "attempt": 1, "details": {}})
        assert not bars.running
    assert "tool-completed" in screen.getvalue()
    assert "file-stored" in screen.getvalue()
