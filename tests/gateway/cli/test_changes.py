"""From a folder's state to events: the fewest changes, in an order that can be applied."""

import base64
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from contracts.file import FileWritten
from gateway.cli.changes import batches, data

MOST = 1_000_000


def digest(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def test_a_new_file_is_written() -> None:
    (batch,) = batches({}, {"a.txt": b"hello"}, MOST)
    assert data(batch) == {"path": "a.txt", "content": "hello"}
    assert batch.applied({}) == {"a.txt": digest(b"hello")}


def test_what_the_fleet_knows_already_is_not_said_again() -> None:
    assert batches({"a.txt": digest(b"hello")}, {"a.txt": b"hello"}, MOST) == []
    assert batches({}, {"never.txt": None}, MOST) == []


def test_a_missing_file_is_deleted() -> None:
    (batch,) = batches({"a.txt": "…", "b.txt": "…"}, {"a.txt": None}, MOST)
    assert data(batch) == {"path": "a.txt", "operation": "delete"}
    assert batch.applied({"a.txt": "…", "b.txt": "…"}) == {"b.txt": "…"}


def test_what_is_gone_here_and_new_there_is_a_rename() -> None:
    known = {"a.txt": digest(b"same")}
    (batch,) = batches(known, {"a.txt": None, "b.txt": b"same"}, MOST)
    assert data(batch) == {"path": "b.txt", "operation": "rename", "from_path": "a.txt"}
    assert batch.applied(known) == {"b.txt": digest(b"same")}


def test_two_copies_of_one_lost_file_are_a_rename_and_a_write() -> None:
    (batch,) = batches({"a": digest(b"x")}, {"a": None, "b": b"x", "c": b"x"}, MOST)
    assert [change.get("operation", "write") for change in batch.files] == ["rename", "write"]


def test_empty_files_are_never_taken_for_renamed() -> None:
    (batch,) = batches({"a": digest(b"")}, {"a": None, "b": b""}, MOST)
    assert [change.get("operation", "write") for change in batch.files] == ["delete", "write"]


def test_a_folder_may_take_the_place_of_a_file() -> None:
    (batch,) = batches({"a": digest(b"old")}, {"a": None, "a/b": b"new"}, MOST)
    assert [(change.get("operation", "write"), change["path"]) for change in batch.files] == [
        ("delete", "a"),
        ("write", "a/b"),
    ]


def test_what_is_not_text_travels_as_base64() -> None:
    for blob in (b"\xff\xfe", b"a\0b"):
        (batch,) = batches({}, {"x.bin": blob}, MOST)
        assert base64.b64decode(data(batch)["content_base64"]) == blob


def test_what_was_rejected_is_sent_again_when_saved_again() -> None:
    (batch,) = batches({"b": "…"}, {"a": b"x"}, MOST)
    known = batch.taken_back(batch.applied({"b": "…"}))
    assert known == {"b": "…"}
    assert batch.applied(known) == known  # the rejection may overtake the answer to the post
    assert data(batches(known, {"a": b"x"}, MOST)[0]) == {"path": "a", "content": "x"}


def test_what_does_not_fit_one_event_is_several() -> None:
    found = batches({}, {f"{n}.txt": b"x" * 400 for n in range(10)}, 1_000)
    assert [len(batch.files) for batch in found] == [2] * 5
    assert all(batch.size <= 1_000 for batch in found)


def test_where_one_event_is_not_enough_the_code_comes_together_at_the_end() -> None:
    code = {"index.html": b"x" * 20, "package.json": b"x" * 30, "src/main.tsx": b"x" * 10}
    found = batches({}, {"a.png": b"x" * 500, "public/z.png": b"x" * 600, **code}, 900)
    assert [[one["path"] for one in batch.files] for batch in found] == [
        ["public/z.png"],
        ["a.png", "package.json", "index.html", "src/main.tsx"],
    ]


BLOBS = st.sampled_from([b"", b"a", b"b", b"\xff"])
NAMES = st.sampled_from(["a", "b", "c/d", "c/e", "f"])


@given(st.dictionaries(NAMES, BLOBS), st.dictionaries(NAMES, BLOBS))
def test_applied_to_the_old_folder_the_events_make_the_new_one(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    known = {path: digest(blob) for path, blob in old.items()}
    stored = dict(old)
    for batch in batches(known, {path: new.get(path) for path in {*old, *new}}, 60):
        for change in FileWritten.parse(data(batch)).files:
            assert change.path is not None
            match change.operation:
                case "delete":
                    del stored[change.path]
                case "rename":
                    stored[change.path] = stored.pop(str(change.from_path))
                case _:
                    stored[change.path] = change.blob()
        known = batch.applied(known)
    assert stored == new
    assert known == {path: digest(blob) for path, blob in new.items()}
