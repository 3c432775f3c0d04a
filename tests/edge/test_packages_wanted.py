"""What an app asks for, read from its package.json and its lock file, and what is refused in words."""

import json

import pytest

from edge.graph import Problem
from edge.packages import locks
from edge.packages.locks import Locked
from edge.packages.wanted import Wanted, wanted


def manifest(**sections: dict[str, str]) -> str:
    return json.dumps(sections)


def asked(package_json: str | None, *specs: str) -> Wanted:
    found = wanted(package_json, specs, Locked())
    assert isinstance(found, Wanted), found
    return found


def refused(package_json: str | None, *specs: str) -> str:
    found = wanted(package_json, specs, Locked())
    assert isinstance(found, Problem)
    assert found.file == "package.json"
    return found.message


def test_only_what_is_imported_is_installed_and_the_rest_says_in_which_version() -> None:
    found = asked(manifest(dependencies={"a": "^1", "b": "2"}, devDependencies={"c": "latest"}), "a/part", "a", "c")
    assert found.specs == ("a", "a/part", "c")
    assert found.roots == {"a": "^1", "c": "latest"}
    assert found.others == {"b": "2"}


def test_react_brings_its_renderer() -> None:
    found = asked(manifest(dependencies={"react": "^19", "react-dom": "^19", "b": "1"}), "react")
    assert found.roots == {"react": "^19", "react-dom": "^19"}


@pytest.mark.parametrize("version", ["^1.2", "~1", "latest", "", "*", "1 || 2", "npm:other@^1", "npm:@scope/other"])
def test_what_the_registry_can_have_is_asked_for(version: str) -> None:
    assert asked(manifest(dependencies={"a": version}), "a").roots == {"a": version}


@pytest.mark.parametrize(
    "version",
    [
        "git+https://example.com/a.git",
        "git@example.com:me/a.git",
        "github:me/a",
        "me/a#main",
        "https://example.com/a.tgz",
        "file:../a",
        "../a",
        "/etc",
        "link:../a",
        "workspace:*",
        "catalog:",
        "npm:other@github:me/a",
    ],
)
def test_what_does_not_come_from_the_registry_is_refused_by_name(version: str) -> None:
    said = refused(manifest(dependencies={"a": version}), "a")
    assert said.startswith(f"a is asked for as {version}, which cannot be installed here; possible is")
    assert '"a": "latest"' in said


def test_what_cannot_be_installed_is_no_matter_where_nothing_imports_it() -> None:
    found = asked(manifest(dependencies={"a": "1", "b": "github:me/b"}), "a")
    assert (found.roots, found.others) == ({"a": "1"}, {})


def test_an_import_that_nothing_names_is_a_problem_only_while_nothing_could_bring_it() -> None:
    assert refused(manifest(), "a").startswith("a is imported, but package.json does not name it")
    assert asked(manifest(dependencies={"b": "1"}), "a", "b").unnamed == ("a",)


@pytest.mark.parametrize("text", ["{", "[]", '{"dependencies": []}', "[" * 100_000, None])
def test_a_broken_package_json_names_nothing(text: str | None) -> None:
    assert refused(text, "a")


@pytest.mark.parametrize("name", ["..", "../a", "@/a", "a b"])
def test_a_name_that_is_a_path_is_refused(name: str) -> None:
    assert refused(manifest(dependencies={name: "1"}), name)


def test_npm_s_lock_tells_versions_and_what_lies_at_the_top() -> None:
    packages = {
        "": {"version": "1.0.0"},
        "node_modules/a": {"version": "1.2.3", "resolved": "https://evil/a.tgz", "integrity": "sha512-x"},
        "node_modules/b/node_modules/a": {"version": "2.0.0"},
        "node_modules/alias": {"name": "@scope/real", "version": "3.0.0"},
        "node_modules/linked": {"link": True, "resolved": "../linked"},
        "packages/own": {"version": "9.0.0"},
    }
    lock = locks.read("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": packages}))
    assert lock.versions == {"@scope/real": ["3.0.0"], "a": ["1.2.3", "2.0.0"]}
    assert lock.top == {"@scope/real": "3.0.0", "a": "1.2.3"}


def test_older_locks_of_npm_tell_the_same() -> None:
    lock = locks.read(
        "package-lock.json",
        json.dumps({"dependencies": {"a": {"version": "1.2.3", "dependencies": {"b": {"version": "2.0.0"}}}}}),
    )
    assert (lock.versions, lock.top) == ({"a": ["1.2.3"], "b": ["2.0.0"]}, {"a": "1.2.3"})


BUN = '{"packages": {"a": ["a@1.2.3", "", {}, "sha512-x"], "b/a": ["a@2.0.0"], "c": ["c@github:me/c"],}}'
PNPM = """
lockfileVersion: '9.0'
packages:
  '@scope/a@1.2.3':
    resolution: {integrity: sha512-x}
  /b@2.0.0(react@18.2.0):
    dev: false
  /c/3.0.0:
    dev: false
"""
YARN = """
"@scope/a@^1.0.0", "@scope/a@^1.2.0":
  version "1.2.3"

"b@npm:^2.0.0":
  version: 2.0.0
"""


@pytest.mark.parametrize(
    ("name", "text", "versions"),
    [
        ("bun.lock", BUN, {"a": ["1.2.3", "2.0.0"]}),
        ("pnpm-lock.yaml", PNPM, {"@scope/a": ["1.2.3"], "b": ["2.0.0"], "c": ["3.0.0"]}),
        ("yarn.lock", YARN, {"@scope/a": ["1.2.3"], "b": ["2.0.0"]}),
    ],
)
def test_locks_of_others_tell_versions(name: str, text: str, versions: dict[str, list[str]]) -> None:
    assert locks.read(name, text).versions == versions


@pytest.mark.parametrize("name", locks.READERS)
@pytest.mark.parametrize("text", ["", "{", "[]", '{"packages": {"a": 1}}', "null", "\0"])
def test_a_lock_that_cannot_be_understood_narrows_nothing(name: str, text: str) -> None:
    assert locks.read(name, text) == Locked()


@pytest.mark.parametrize(
    ("asked", "is_tag"),
    [
        *[(tag, True) for tag in ("latest", "next-15", "npm:other@beta")],
        *[(one, False) for one in ("x", "v1.0.0", "^1", "*", "", "npm:other@^1.0.0", "1.x || 2.x")],
    ],
)
def test_a_tag_is_asked_for_anew_each_day_and_a_range_is_not(asked: str, is_tag: bool) -> None:
    text = json.dumps({"dependencies": {"a": asked}})
    found = wanted(text, ["a"], Locked())
    assert isinstance(found, Wanted)
    assert (found.key("", 1) != found.key("", 2)) is is_tag
    locked = wanted(text, ["a"], Locked({"a": ["1.0.0"]}, {"a": "1.0.0"}))
    assert isinstance(locked, Wanted)
    assert locked.key("", 1) == locked.key("", 2)
