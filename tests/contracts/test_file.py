"""Written files: one or a list, whole or not at all."""

from typing import Any

import pytest

from contracts.errors import BadEvent
from contracts.event import MAX_FLAWS
from contracts.file import FileWritten


def flaws(data: Any) -> dict[str, str]:
    with pytest.raises(BadEvent) as caught:
        FileWritten.parse(data)
    return {flaw.field: flaw.reason for flaw in caught.value.flaws}


def test_a_file_alone_is_a_list_of_one_and_keeps_its_shape() -> None:
    sent = {"path": "a.txt", "content": "a", "message_id": "m", "tool_index": 0}
    event = FileWritten.parse(sent)
    assert [change.path for change in event.files] == ["a.txt"]
    assert not event.listed
    assert event.data() == sent | {"operation": "write"}
    assert FileWritten.parse(event.data()) == event


def test_a_list_of_one_stays_a_list() -> None:
    event = FileWritten.parse({"files": [{"path": "a.txt", "content": "a"}]})
    assert event.listed
    assert FileWritten.parse(event.data()) == event


def test_nobody_outside_can_say_that_a_file_alone_was_a_list() -> None:
    assert not FileWritten.parse({"path": "a", "content": "", "listed": True}).listed


def test_text_and_base64_are_bytes() -> None:
    event = FileWritten.parse({"files": [{"path": "a", "content": "é"}, {"path": "b", "content_base64": "AP8="}]})
    assert [change.blob() for change in event.files] == ["é".encode(), b"\x00\xff"]


@pytest.mark.parametrize("wrong", ["abc", "é", "YQ==\n", "-_==", " "])
def test_what_is_not_base64_is_named(wrong: str) -> None:
    assert flaws({"path": "a", "content_base64": wrong}).keys() == {"content_base64"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "path"),
        ([], "data"),
        (None, "data"),
        ({"files": []}, "files"),
        ({"files": 5}, "files"),
        ({"content": "x"}, "path"),
        ({"path": 5, "content": "x"}, "path"),
        ({"path": "a"}, "content"),
        ({"path": "a", "content": 5}, "content"),
        ({"path": "a", "content": "x", "content_base64": "eA=="}, "content"),
        ({"path": "a", "content": "x", "operation": "delete"}, "content"),
        ({"path": "a", "content": "x", "operation": "append"}, "operation"),
        ({"path": "a", "operation": "rename"}, "from_path"),
        ({"path": "a", "operation": "rename", "from_path": "../b"}, "from_path"),
        ({"path": "a", "content": "x", "from_path": "b"}, "from_path"),
        ({"operation": "restore"}, "version"),
        ({"operation": "restore", "version": -1}, "version"),
        ({"operation": "restore", "version": 2**31}, "version"),
        ({"path": "a", "content": "x", "tool_index": -1}, "tool_index"),
        ({"path": "a", "content": "x", "message_id": "a\x00b"}, "message_id"),
        ({"files": [{"path": "a", "content": "x"}, {"path": "b"}]}, "files.1.content"),
        ({"files": [{"path": "../a", "content": "x"}]}, "files.0.path"),
        ({"files": ["a"]}, "files.0"),
    ],
    ids=repr,
)
def test_the_field_that_is_wrong_is_named(data: Any, field: str) -> None:
    assert flaws(data).keys() == {field}


def test_two_thousand_wrong_files_are_told_in_a_few_lines() -> None:
    assert len(flaws({"files": [{"path": "../a"}] * 2_000})) == MAX_FLAWS


def test_no_content_is_quoted_back() -> None:
    secret = "sk-live-5up3r53cr37"
    for data in ({"path": f"../{secret}", "content": secret}, {"path": "a", "content": [secret]}):
        assert secret not in str(flaws(data))
    assert secret not in repr(FileWritten.parse({"path": "a", "content": secret}))
