"""Wherever machines share what they made of packages, the same holds: in Postgres, and in a folder."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.packages.disk import DiskPackages
from edge.packages.shelf import Shelf
from sql.database import Pool, open_pool, role_url
from sql.packages import PostgresPackages

#: Another machine's view of the same shelf.
Machine = Callable[[], Shelf]


@pytest.fixture(scope="module")
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=8, name="packages") as pool:
        yield pool


@pytest.fixture(params=["postgres", "disk"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    if request.param == "disk":
        return lambda: DiskPackages(tmp_path / "shared")
    pool: Pool = request.getfixturevalue("pool")
    return lambda: PostgresPackages(pool)


def key(request: pytest.FixtureRequest) -> bytes:
    """A name of the test's own: one database serves all of them."""
    return str(request.node.name).encode()


def test_the_first_answer_is_the_one_that_all_keep_to(machine: Machine, request: pytest.FixtureRequest) -> None:
    assert machine().tree(key(request)) is None
    with ThreadPoolExecutor(8) as people:
        kept = set(people.map(lambda n: machine().put_tree(key(request), f"tree {n} \u00e9"), range(8)))
    assert len(kept) == 1
    assert kept == {machine().tree(key(request))}


def test_a_bundle_is_found_by_every_key_that_it_was_put_under(machine: Machine, request: pytest.FixtureRequest) -> None:
    one, other = key(request) + b"1", key(request) + b"2"
    assert machine().bundle(one) is None
    for each in (one, other, other):
        machine().put_bundle(each, "0123456789abcdef0123", '{"a": 1}', {"a.js": b"a", "deep/b.js": b"\0b"})
    assert machine().bundle(one) == machine().bundle(other) == ("0123456789abcdef0123", '{"a": 1}')


def test_who_crashed_while_making_it_is_replaced(machine: Machine, request: pytest.FixtureRequest) -> None:
    name = key(request)
    assert machine().claim(name, "crashed", 0)
    assert machine().claim(name, "living", 60)
    assert machine().claim(name, "living", 60), "each stage renews it"
    assert not machine().claim(name, "another", 60)
    machine().release(name, "crashed")
    assert not machine().claim(name, "another", 60)
    machine().release(name, "living")
    assert machine().claim(name, "another", 60)


def test_of_many_who_claim_at_once_one_is_let(machine: Machine, request: pytest.FixtureRequest) -> None:
    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(lambda n: machine().claim(key(request), f"machine {n}", 60), range(8))) == 1


def test_a_folder_gives_the_files_of_its_bundles_and_nothing_else(tmp_path: Path) -> None:
    shared, name = DiskPackages(tmp_path / "shared"), "0123456789abcdef0123"
    shared.put_bundle(b"key", name, "{}", {"a.js": b"a", "deep/b.js": b"b"})
    (tmp_path / "shared/bundles" / "secret").write_text("secret")
    assert [shared.file(name, path) for path in ("a.js", "deep/b.js")] == [b"a", b"b"]
    for path in ("deep", "none.js", "a.js/x", "../secret", "", "/etc/passwd", "a.js\0"):
        assert shared.file(name, path) is None, path
    assert shared.file("..", "sets") is None
    assert not list((tmp_path / "shared").glob(".new-*")), "nothing is left of how it was made"
