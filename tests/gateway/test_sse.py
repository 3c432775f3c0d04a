"""The bytes of a stream, read back by the rules of the EventSource standard."""

import json

import pytest

from gateway import sse


def read(stream: str) -> tuple[list[tuple[str, str]], str]:
    """Dispatch events as a browser does; return them with the last event id."""
    events: list[tuple[str, str]] = []
    kind, last = "", ""
    data: list[str] = []
    for line in stream.split("\n"):
        if not line:
            if data:
                events.append((kind or "message", "\n".join(data)))
            kind, data = "", []
            continue
        name, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last = value
    return events, last


def test_a_step_arrives_as_it_was_written() -> None:
    encoded = sse.frame("e1", 7, "file-stored", None, '{"seq":7}').encoded
    assert encoded == b'id: e1.7\nevent: file-stored\ndata: {"seq":7}\n\n'
    assert read(encoded.decode()) == ([("file-stored", '{"seq":7}')], "e1.7")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_data_can_never_become_another_field_or_event(end: str) -> None:
    hostile = f"a{end}{end}event: reset{end}id: x.1{end}data: b"
    events, last = read(sse.event("progress", hostile, "e.1").decode())
    assert events == [("progress", "a\n\nevent: reset\nid: x.1\ndata: b")]
    assert last == "e.1"


@pytest.mark.parametrize("kind", ["", "a\nb", "a: b", "a\r", "x" * 65, "é"])
def test_what_is_no_kind_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="not a kind"):
        sse.event(kind, "{}")


@pytest.mark.parametrize("cursor", ["", "1", "a.b", "a.1\n", "a\0.1", "a.\u0661"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        sse.checkpoint(cursor)


def test_a_checkpoint_moves_the_cursor_and_says_nothing() -> None:
    assert read(sse.checkpoint("e.9").decode()) == ([], "e.9")


def test_a_heartbeat_says_nothing_at_all() -> None:
    assert read(sse.heartbeat().decode()) == ([], "")


def test_a_reset_names_the_head_from_which_to_go_on() -> None:
    ((kind, data),), last = read(sse.reset("e", 12).decode())
    assert (kind, json.loads(data), last) == ("reset", {"head": "e.12", "seq": 12}, "e.12")


def test_a_frame_knows_its_data() -> None:
    assert sse.frame("e", 1, "progress", None, '{"a":"b"}').data == b'{"a":"b"}'


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", None),
        ("0", sse.OLDEST),
        ("e.0", 0),
        ("e.12", 12),
        ("f.12", sse.FOREIGN),
        ("12", sse.FOREIGN),
        ("e.-1", sse.FOREIGN),
        ("e.1e3", sse.FOREIGN),
        ("e.1 ", sse.FOREIGN),
        ("e." + "9" * 19, sse.FOREIGN),
        ("e.\u0661", sse.FOREIGN),
    ],
)
def test_a_cursor_says_where_to_go_on(text: str, start: int | None) -> None:
    assert sse.parse_cursor(text, "e") == start
