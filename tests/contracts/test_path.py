"""Paths: one spelling per file, inside the app, readable as what they are."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import BadEvent
from contracts.file import FileWritten
from contracts.path import ancestors, path_flaw


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "src/App.tsx",
        ".env.example",
        ".github/workflows/deploy.yml",
        "src/[slug]/page (copy).tsx",
        "packages/a/.gitignore",
        "über/naïve.css",
        "ファイル.ts",
        "a..b/...c",
        "x" * 200,
    ],
)
def test_an_ordinary_path_has_no_flaw(path: str) -> None:
    assert path_flaw(path) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "is empty"),
        ("/etc/passwd", "relative"),
        ("C:/boot.ini", "relative"),
        ("..\\up", "relative"),
        ("..", "empty parts"),
        ("../up", "empty parts"),
        ("a/../../b", "empty parts"),
        ("./a", "empty parts"),
        ("a//b", "empty parts"),
        ("a/", "empty parts"),
        ("a\x00b", "control character"),
        ("a\nb", "control character"),
        ("a\x9bb", "control character"),
        ("a\ud800b", "control character"),
        ("user\u202excod.exe", "control character"),
        ("a\u2066b", "control character"),
        ("a\ufffdb", "not UTF-8"),
        (" a", "space"),
        ("a /b", "space"),
        (".git/config", "reserved"),
        (".GIT/config", "reserved"),
        ("node_modules/x/index.js", "reserved"),
        (".fleet/secrets.json", "reserved"),
        ("__fleet/app.js", "reserved"),
        (".git", "reserved"),
        ("x" * 201, "longer"),
        ("é" * 101, "longer"),
        ("/".join(["part"] * 110), "longer"),
    ],
)
def test_a_path_that_lies_or_leaves_is_refused(path: str, why: str) -> None:
    assert why in (path_flaw(path) or "")
    with pytest.raises(BadEvent) as caught:
        FileWritten.parse({"path": path, "content": ""})
    assert [flaw.field for flaw in caught.value.flaws] == ["path"]


def test_two_spellings_of_one_name_are_one_file() -> None:
    apart = unicodedata.normalize("NFD", "café.ts")
    (change,) = FileWritten.parse({"path": apart, "content": ""}).files
    assert change.path == "café.ts" != apart


@given(st.text(max_size=60))
def test_an_accepted_path_stays_in_its_folder_and_as_it_is(path: str) -> None:
    try:
        (change,) = FileWritten.parse({"path": path, "content": ""}).files
    except BadEvent:
        return
    assert change.path is not None
    assert unicodedata.is_normalized("NFC", change.path)
    assert not change.path.startswith("/")
    assert not {"", ".", ".."} & set(change.path.split("/"))
    assert "\x00" not in change.path
    assert path_flaw(change.path) is None


def test_the_folders_of_a_file_are_named_from_the_top() -> None:
    assert ancestors("a/b/c.txt") == ["a", "a/b"]
    assert ancestors("c.txt") == []
