"""A folder's files: .gitignore as git reads it, and nothing that is no file of the app."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.cli.folder import Folder


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path, said: list[str]) -> Folder:
    return Folder(tmp_path, 100, said.append)


def put(folder: Folder, *paths: str, text: str = "x") -> None:
    for path in paths:
        (folder.root / path).parent.mkdir(parents=True, exist_ok=True)
        (folder.root / path).write_text(text)


def names(folder: Folder) -> set[str]:
    return {folder.name(file) for file in folder.files(folder.root)}


def test_git_and_installed_packages_stay_at_home(folder: Folder) -> None:
    put(
        folder, ".git/config", "node_modules/a/index.js", "packages/b/node_modules/c/index.js", ".fleet/env", "src/a.ts"
    )
    assert names(folder) == {"src/a.ts"}


def test_what_editors_write_for_a_moment_is_passed_by(folder: Folder) -> None:
    put(folder, "a.ts~", ".a.ts.swp", "4913", ".#a.ts", "#a.ts#", ".DS_Store", "a.ts", ".env.example", "x.swift")
    assert names(folder) == {"a.ts", ".env.example", "x.swift"}


RULES = {
    ".gitignore": "*.log\n!keep.log\n/dist\nbuild/\n# comment\n\\#odd\n**/cache/*\n!**/cache/kept\ndocs/*.txt\nend \n",
    "packages/.gitignore": "*.tmp\n!important.log\n/local\n",
    "packages/a/.gitignore": "!*.tmp\n*\n!*.ts\n!.gitignore\n",
}
FILES = """
x.log keep.log a/x.log dist/a src/dist/a build/a src/build/a build.ts #odd docs/a.txt end
cache/a cache/kept src/cache/a src/cache/kept
packages/x.tmp packages/important.log packages/local packages/b/local
packages/a/x.tmp packages/a/x.ts packages/a/x.js packages/a/deep/x.ts
"""


def test_gitignore_means_what_it_means_to_git(folder: Folder) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git to be held against")
    put(folder, *FILES.split())
    for path, rules in RULES.items():
        put(folder, path, text=rules)
    subprocess.run(["git", "init", "-q"], cwd=folder.root, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
        cwd=folder.root,
        check=True,
        capture_output=True,
        text=True,
    )
    expected = set(listed.stdout.split("\0")) - {""}
    assert names(folder) == expected
    one_by_one = {path for path in [*FILES.split(), *RULES] if not folder.is_ignored(folder.root / path)}
    assert one_by_one == expected


def test_changed_rules_are_read_anew_when_told(folder: Folder) -> None:
    put(folder, "a.log", "b.ts")
    assert names(folder) == {"a.log", "b.ts"}
    put(folder, ".gitignore", text="*.log\n")
    folder.forget_rules()
    assert names(folder) == {".gitignore", "b.ts"}


def test_a_file_that_is_too_big_is_left_out_and_said_once(folder: Folder, said: list[str]) -> None:
    put(folder, "big.txt", text="x" * 101)
    assert folder.read(folder.root / "big.txt") is None
    assert folder.read(folder.root / "big.txt") is None
    assert said == ["left out: big.txt is 101 bytes, more than the 100 that a file may have"]


def test_a_link_out_of_the_folder_is_not_followed(
    folder: Folder, said: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("5up3r53cr37")
    (folder.root / "file").symlink_to(outside / "secret")
    (folder.root / "folder").symlink_to(outside)
    assert [folder.read(file) for file in folder.files(folder.root)] == [None]
    assert said == ["left out: file is a symbolic link"]


def test_a_name_that_no_file_of_an_app_may_have_is_left_out_and_said(folder: Folder, said: list[str]) -> None:
    put(folder, "user\u202excod.exe")
    assert [folder.read(file) for file in folder.files(folder.root)] == [None]
    assert "control character" in said[0]


def test_a_missing_file_is_nothing(folder: Folder, said: list[str]) -> None:
    assert folder.read(folder.root / "gone") is None
    assert said == []
