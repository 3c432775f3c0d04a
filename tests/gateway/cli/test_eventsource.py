"""The stream parser against the cases of the web platform's own EventSource tests (format-*)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.eventsource import Parser, ServerEvent


def read(stream: str | bytes) -> list[tuple[str, str]]:
    chunk = stream.encode() if isinstance(stream, str) else stream
    return [(event.kind, event.data) for event in Parser().feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param("\ufeffdata:1\n\n\ufeffdata:2\n\ndata:3\n\n", ["1", "3"], id="bom"),
        pytest.param("\ufeff\ufeffdata:1\n\ndata:2\n\ndata:3\n\n", ["2", "3"], id="bom twice"),
        pytest.param("data:1\r:\0\n:\r\ndata:2\n:" + "x" * 9 + "\rdata:3\n:data:no\r:\n\n", ["1\n2\n3"], id="comments"),
        pytest.param("data:test\n\ndata\ndata:test\n\n", ["test", "\ntest"], id="data before final empty line"),
        pytest.param("data:test\r\n\ndata\n\ndata:\n\n", ["test", "", ""], id="empty data"),
        pytest.param("data\n\ndata\ndata\n\ndata:test\n\n", ["", "\n", "test"], id="field data"),
        pytest.param("data:test", [], id="eof before the empty line"),
        pytest.param("data:test\n", [], id="eof after a line"),
        pytest.param("data: test\n\n", ["test"], id="leading space"),
        pytest.param("data:\ttest\rdata: \ndata:test\n\n", ["\ttest\n\ntest"], id="one space only"),
        pytest.param("data:test\r\rdata:more\r\n\r\n", ["test", "more"], id="line ends"),
        pytest.param("data:test\ndata\ndata:test\r\n\r\n", ["test\n\ntest"], id="newlines"),
        pytest.param("data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\r"
                     "data:\r\n data:32\ndata:4\n\n", ["\0\n 2\n1\n3\n\n4"], id="field parsing"),
        pytest.param("data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
                     ["test\n\ntest"], id="unknown fields"),
        pytest.param("data:ok…\n\n", ["ok…"], id="utf-8"),
        pytest.param(b"data:\xff\n\n", ["\N{REPLACEMENT CHARACTER}"], id="invalid utf-8"),
        pytest.param("\n\n\n:\n\n", [], id="nothing to dispatch"),
    ],
)  # fmt: skip
def test_the_data_of_events(stream: str | bytes, events: list[str]) -> None:
    assert read(stream) == [("message", data) for data in events]


@pytest.mark.parametrize(
    ("stream", "kinds"),
    [
        ("event:test\ndata:x\n\ndata:x\n\n", ["test", "message"]),
        ("event: test\ndata:x\n\nevent:\ndata:x\n\n", ["test", "message"]),
        ("event:test\n\ndata:x\n\n", ["message"]),
        ("event:one\nevent:two\ndata:x\n\n", ["two"]),
    ],
)
def test_the_kinds_of_events(stream: str, kinds: list[str]) -> None:
    assert [kind for kind, _data in read(stream)] == kinds


def test_an_id_holds_until_the_next_and_moves_even_without_data() -> None:
    parser = Parser()
    found = parser.feed(b"id:1\ndata:x\n\ndata:y\n\nid:2\n\n")
    assert [event.event_id for event in found] == ["1", "1"]
    assert parser.last_id == "2"
    assert parser.feed(b"id\ndata:z\n\n") == [ServerEvent("message", "z", "")]


def test_an_id_with_nul_is_ignored() -> None:
    parser = Parser()
    parser.feed(b"id:1\n\nid:a\0b\ndata:x\n\n")
    assert parser.last_id == "1"


def test_an_id_counts_only_once_its_event_is_complete() -> None:
    parser = Parser()
    parser.feed(b"id:1\ndata:x\n\nid:2\ndata:lost")
    assert parser.last_id == "1"


@pytest.mark.parametrize(
    ("line", "milliseconds"),
    [
        ("retry:3000", 3000),
        ("retry: 03", 3),
        ("retry:1e3", None),
        ("retry:", None),
        ("retry:-1", None),
        ("retry:\u0661", None),
    ],
)
def test_only_digits_set_the_retry_time(line: str, milliseconds: int | None) -> None:
    parser = Parser()
    parser.feed(f"{line}\n\n".encode())
    assert parser.retry_ms == milliseconds


STREAM = "\ufeffid: 1\revent: a\r\ndata: ü€😀\r\r\n:c\n\ndata: 2\rdata\r\n\r\nid: 3\n\n".encode()


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    whole, cut = Parser(), Parser()
    expected = whole.feed(STREAM)
    edges = [0, *sorted(cuts), len(STREAM)]
    found = [event for start, end in pairwise(edges) for event in cut.feed(STREAM[start:end])]
    assert len(expected) == 2
    assert found == expected
    assert cut.last_id == whole.last_id == "3"
