"""Two states of an app are compared path by path, and line by line where that is possible."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tree import File, lines
from gateway.difference import MAX_FILE_BYTES, Change, changes, comparable, unified


def file(content: str) -> File:
    return File(sha256(content.encode()).digest(), len(content.encode()), lines(content.encode()))


def compared(before: str, after: str) -> str | None:
    contents = {sha256(text.encode()).digest(): text.encode() for text in (before, after)}
    return unified(Change("a.txt", "modified", file(before), file(after)), contents)


def test_each_path_is_added_deleted_modified_or_renamed() -> None:
    before = {"same": file("s"), "old": file("o"), "gone": file("g"), "edited": file("1")}
    after = {"same": file("s"), "new": file("o"), "edited": file("2"), "fresh": file("f")}
    found = [(change.path, change.change, change.from_path) for change in changes(before, after)]
    assert found == [
        ("edited", "modified", None),
        ("fresh", "added", None),
        ("gone", "deleted", None),
        ("new", "renamed", "old"),
    ]


def test_a_file_is_renamed_once_and_an_empty_one_never() -> None:
    before = {"a": file("x"), "empty": file("")}
    after = {"b": file("x"), "c": file("x"), "other": file("")}
    assert [change.change for change in changes(before, after)] == ["renamed", "added", "deleted", "added"]


def test_lines_that_differ_are_shown_as_diff_does() -> None:
    assert compared("one\ntwo\n", "one\nzwei") == (
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n\\ No newline at end of file\n"
    )


def test_what_is_no_text_is_only_said_to_differ() -> None:
    assert compared("a\0", "b") is None


def test_what_is_too_long_is_not_compared() -> None:
    large = Change("a", "added", File(), file("x" * (MAX_FILE_BYTES + 1)))
    long = Change("b", "added", File(), file("\n" * 2_001))
    small = Change("c", "added", File(), file("x"))
    assert comparable([large, long, small]) == [small]


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@given(st.text(st.sampled_from("ab\n\r\u2028"), max_size=12), st.text(st.sampled_from("ab\n\r\u2028"), max_size=12))
def test_patch_makes_the_new_text_of_the_old(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    diff = compared(before, after)
    assert diff is not None
    path = Path(tmp_path_factory.mktemp("patch")) / "a.txt"
    path.write_bytes(before.encode())
    patch = ["patch", "--binary", "--quiet", str(path)]
    if diff:
        subprocess.run(patch, input=diff.encode(), check=True, capture_output=True)
    assert (path.read_bytes() if path.exists() else b"") == after.encode()
