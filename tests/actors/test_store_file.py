"""Files are kept by the rules of C2, one event at a time."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from actors.store_file import Limits, refused
from contracts.errors import Flaw
from contracts.event import Envelope
from tests.actors.desk import Desk, desk


@pytest.fixture
def app(database_url: str, app_id: str) -> Iterator[Desk]:
    with desk(database_url, app_id) as opened:
        yield opened


def delete(path: str) -> dict[str, Any]:
    return {"path": path, "operation": "delete"}


def rename(from_path: str, path: str) -> dict[str, Any]:
    return {"path": path, "operation": "rename", "from_path": from_path}


def restore(version: int) -> dict[str, Any]:
    return {"operation": "restore", "version": version}


def test_one_file_is_answered_in_its_own_words(app: Desk) -> None:
    verdict = app.stored({"path": "src/a.ts", "content": "one\ntwo", "message_id": "m1", "tool_index": 3})
    assert verdict.data() == {
        "path": "src/a.ts",
        "operation": "write",
        "sha256": hashlib.sha256(b"one\ntwo").hexdigest(),
        "bytes": 7,
        "lines": 2,
        "version": 1,
        "unchanged": False,
        "message_id": "m1",
        "tool_index": 3,
    }
    assert app.files() == {"src/a.ts": "one\ntwo"}


def test_a_list_is_one_version_answered_with_its_sums(app: Desk) -> None:
    app.write("old.css", "old")
    verdict = app.stored(
        {"files": [{"path": "a", "content": "1\n"}, {"path": "b", "content": "22"}, delete("old.css")]}
    )
    assert (verdict.paths, verdict.bytes, verdict.lines, verdict.version) == (("a", "b", "old.css"), 4, 2, 2)
    assert [(file.path, file.operation, file.bytes) for file in verdict.files or ()] == [
        ("a", "write", 2),
        ("b", "write", 2),
        ("old.css", "delete", 0),
    ]
    assert app.files() == {"a": "1\n", "b": "22"}
    assert app.ask("select version, changes from fleet.versions order by version") == [(1, 1), (2, 3)]
    assert app.ask("select version, file_count, file_bytes from fleet.apps") == [(2, 2, 4)]


def test_a_list_with_one_bad_file_stores_nothing(app: Desk) -> None:
    app.write("a", "1")
    files = [{"path": "a", "content": "2"}, {"path": "b", "content": "x" * 1_001}]
    assert app.rejected({"files": files}) == ("files.1.content", "is 1001 bytes; at most 1000 are allowed")
    assert app.files() == {"a": "1"}
    assert app.ask("select version from fleet.apps") == [(1,)]


def test_a_refused_first_event_does_not_begin_the_app(app: Desk) -> None:
    app.rejected(rename("a", "b"))
    assert app.ask("select from fleet.apps") == []


def test_a_large_base64_is_refused_by_its_own_name(app: Desk) -> None:
    content = base64.b64encode(b"\0" * 1_001).decode()
    assert app.rejected({"path": "a.bin", "content_base64": content})[0] == "content_base64"


@pytest.mark.parametrize(
    ("content", "lines"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\n\nb", 3), (b"a\0\n", 0), (b"\xff\n", 0)]
)
def test_lines_are_those_of_text(app: Desk, content: bytes, lines: int) -> None:
    verdict = app.stored({"path": "a", "content_base64": base64.b64encode(content).decode()})
    assert (verdict.lines, verdict.bytes) == (lines, len(content))


def test_a_nul_in_a_text_is_kept(app: Desk) -> None:
    assert app.write("a", "x\0y").bytes == 3
    assert app.files() == {"a": "x\0y"}


def test_unchanged_content_is_answered_and_makes_no_version(app: Desk) -> None:
    app.write("a", "1")
    before = app.ask("select version, updated_at from fleet.files")
    verdict = app.write("a", "1")
    assert (verdict.unchanged, verdict.version, verdict.bytes) == (True, 1, 1)
    assert app.ask("select version, updated_at from fleet.files") == before
    assert app.ask("select count(*) from fleet.versions") == [(1,)]


def test_changes_to_one_path_are_made_in_order(app: Desk) -> None:
    verdict = app.stored({"files": [{"path": "a", "content": "1"}, rename("a", "b"), {"path": "a", "content": "2"}]})
    assert app.files() == {"a": "2", "b": "1"}
    assert verdict.paths == ("a", "b")


def test_changes_that_cancel_each_other_are_no_change(app: Desk) -> None:
    app.write("a", "1")
    verdict = app.stored({"files": [{"path": "a", "content": "2"}, {"path": "a", "content": "1"}]})
    assert (verdict.unchanged, verdict.version) == (True, 1)


def test_a_rename_overwrites_its_target(app: Desk) -> None:
    app.stored({"files": [{"path": "a", "content": "1"}, {"path": "b", "content": "2"}]})
    verdict = app.stored(rename("a", "b"))
    assert (verdict.path, verdict.from_path, verdict.operation, verdict.bytes) == ("b", "a", "rename", 1)
    assert app.files() == {"b": "1"}
    changes = "select path, operation, from_path from fleet.file_changes where version = 2 order by path"
    assert app.ask(changes) == [("a", "delete", None), ("b", "rename", "a")]


def test_a_rename_of_what_is_not_there_is_refused(app: Desk) -> None:
    assert app.rejected({"files": [rename("a", "b")]}) == ("files.0.from_path", "is not a file of this app")


def test_a_rename_onto_itself_changes_nothing(app: Desk) -> None:
    app.write("a", "1")
    assert app.stored(rename("a", "a")).unchanged
    assert app.files() == {"a": "1"}


def test_deleting_what_is_not_there_changes_nothing(app: Desk) -> None:
    verdict = app.stored(delete("a"))
    assert (verdict.unchanged, verdict.version) == (True, 0)


def test_names_that_differ_in_case_are_two_files(app: Desk) -> None:
    app.write("App.tsx", "1")
    app.write("app.tsx", "2")
    assert app.files() == {"App.tsx": "1", "app.tsx": "2"}


def test_a_file_cannot_stand_under_a_file(app: Desk) -> None:
    app.write("src/a", "1")
    assert app.rejected({"path": "src/a/b", "content": ""}) == (
        "path",
        "cannot be a file in src/a, which is a file itself",
    )


def test_a_file_cannot_stand_where_a_folder_does(app: Desk) -> None:
    app.write("src/a/b", "1")
    assert app.rejected({"files": [{"path": "x", "content": ""}, {"path": "src", "content": ""}]}) == (
        "files.1.path",
        "is a folder of this app: src/a/b stands in it",
    )


def test_a_folder_may_become_a_file_within_one_event(app: Desk) -> None:
    app.write("src/a", "1")
    app.write("src-b", "2")
    app.stored({"files": [{"path": "src", "content": "file"}, delete("src/a")]})
    assert app.files() == {"src": "file", "src-b": "2"}


def test_an_app_holds_no_more_files_than_allowed(database_url: str, app_id: str) -> None:
    with desk(database_url, app_id, app_files=2) as app:
        app.stored({"files": [{"path": "a", "content": ""}, {"path": "b", "content": ""}]})
        assert app.rejected({"path": "c", "content": ""}) == ("path", "would make it 3 files; an app has at most 2")
        app.stored({"files": [{"path": "c", "content": ""}, delete("a")]})
        app.limits = Limits(file_bytes=10, app_files=1)
        app.write("b", "writable")
        app.stored(delete("c"))


def test_an_event_makes_no_more_changes_than_replace_every_file(app: Desk) -> None:
    files = [{"path": f"{n}", "operation": "delete"} for n in range(41)]
    assert app.rejected({"files": files}) == ("files", "are 41 changes; one event has at most 40")
    assert app.stored({"files": files[:40]}).unchanged


def test_a_late_event_does_not_undo_a_newer_one(app: Desk) -> None:
    app.write("a", "five", sequence=5)
    late = app.write("a", "four", sequence=4)
    assert (late.unchanged, late.sha256) == (True, hashlib.sha256(b"five").hexdigest())
    assert app.write("a", "again", sequence=5).unchanged
    assert app.files() == {"a": "five"}


def test_a_late_event_still_touches_other_paths(app: Desk) -> None:
    app.write("a", "five", sequence=5)
    verdict = app.stored({"files": [{"path": "a", "content": "4"}, {"path": "b", "content": "4"}]}, sequence=4)
    assert [file.unchanged for file in verdict.files or ()] == [True, False]
    assert app.files() == {"a": "five", "b": "4"}


def test_a_late_event_does_not_resurrect(app: Desk) -> None:
    app.stored(delete("a"), sequence=2)
    assert app.write("a", "late", sequence=1).unchanged
    assert app.files() == {}


def test_an_unchanged_file_remembers_its_sequence(app: Desk) -> None:
    app.write("a", "1", sequence=1)
    app.write("a", "1", sequence=7)
    assert app.write("a", "late", sequence=6).unchanged


def test_sequences_of_two_sources_are_not_compared(app: Desk) -> None:
    app.write("a", "one", source="one", sequence=5)
    app.write("a", "two", source="two", sequence=1)
    assert app.files() == {"a": "two"}
    assert app.write("a", "late", source="one", sequence=4).unchanged
    app.write("a", "editor", source="three")
    app.write("a", "one again", source="one", sequence=6)
    assert app.files() == {"a": "one again"}


def test_a_path_forgets_the_source_that_wrote_longest_ago(app: Desk) -> None:
    for n in range(20):
        app.write("a", str(n), source=f"s{n}", sequence=1)
    ((sequences,),) = app.ask("select sequences from fleet.files")
    assert list(sequences) == [f"s{n}" for n in range(4, 20)]


def test_a_restore_is_a_new_version_like_the_old_one(app: Desk) -> None:
    app.stored({"files": [{"path": "a", "content": "1"}, {"path": "b", "content": "2"}], "version_name": "First"})
    app.stored({"files": [rename("a", "c"), delete("b"), {"path": "d", "content": "4"}]})
    verdict = app.stored(restore(1))
    assert (verdict.version, verdict.operation, verdict.paths) == (3, "restore", ("a", "b", "c", "d"))
    assert [(file.path, file.operation) for file in verdict.files or ()] == [
        ("a", "write"),
        ("b", "write"),
        ("c", "delete"),
        ("d", "delete"),
    ]
    assert app.files() == {"a": "1", "b": "2"}
    assert app.stored(restore(1)).unchanged
    app.stored(restore(2))
    assert app.files() == {"c": "1", "d": "4"}
    assert app.ask("select name from fleet.versions order by version") == [("First",), (None,), (None,), (None,)]


def test_a_restore_stands_alone_and_knows_its_version(app: Desk) -> None:
    app.write("a")
    assert app.rejected(restore(9)) == ("version", "9 is not a version of this app")
    assert app.rejected({"files": [{"path": "b", "content": ""}, restore(1)]})[0] == "files.1.operation"


def test_an_event_that_cannot_be_read_is_refused_with_field_and_reason() -> None:
    data = {"path": "../x", "tool_index": 2, "message_id": 7}
    word = refused(Envelope("e", "s", "file-written", "demo", data, message_id="m"), (Flaw("path", "is bad"),))
    assert word.data() == {"path": "../x", "field": "path", "reason": "is bad", "message_id": "m", "tool_index": 2}
