"""One bundle for all who ask for the same packages: at once, on two machines, in other words, and later."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import Snooze
from contracts.settings import Settings
from edge.compiler import Compiler
from edge.graph import Problem
from edge.packages import installer
from edge.packages.app import AppPackages
from edge.packages.bundles import Bundles, today
from edge.packages.disk import DiskPackages
from edge.packages.installer import Installer
from edge.packages.locks import Locked
from edge.packages.shelf import Made
from edge.packages.wanted import Wanted, wanted
from sql.database import Pool, open_pool, role_url
from sql.packages import PostgresPackages
from tests.edge.registry import Registry
from tests.patience import PATIENCE

Machine = Callable[..., Bundles]


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    with Compiler(children=1) as running:
        yield running


@pytest.fixture(scope="module")
def pool(database_url: str) -> Iterator[Pool]:
    pool = open_pool(role_url(database_url, "fleet_worker"), size=8, name="packages")
    yield pool
    pool.close()


@pytest.fixture
def shelf(pool: Pool) -> PostgresPackages:
    return PostgresPackages(pool)


@pytest.fixture
def machine(compiler: Compiler, registry: Registry) -> Iterator[Machine]:
    """Start another machine, with nothing in its memory."""
    started: list[Bundles] = []

    def start(today: Callable[[], int] = today) -> Bundles:
        started.append(Bundles(Installer(compiler, installer.Registry(registry.url)), compiler.version, today))
        return started[-1]

    yield start
    registry.sends.set()
    for bundles in started:
        bundles.close()


@pytest.fixture
def people() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(50) as threads:
        yield threads


def asked(*specs: str, **dependencies: str) -> Wanted:
    found = wanted(json.dumps({"dependencies": dependencies}), specs or tuple(dependencies), Locked())
    assert isinstance(found, Wanted), found
    return found


def unheard(*_: str) -> None:
    pass


def eventually(bundles: Bundles, question: Wanted, app: str, shelf: PostgresPackages) -> Made | Problem:
    """Ask as a lane does: again and again, as long as it is told to come back."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        try:
            return bundles.get(question, app, shelf, unheard)
        except Snooze:
            pause.wait(0.05)
    raise AssertionError("it was never made")


def made(*arguments: Any) -> Made:
    found = eventually(*arguments)
    assert isinstance(found, Made), found
    return found


def test_fifty_apps_that_ask_at_once_wait_for_one_install(
    registry: Registry, machine: Machine, shelf: PostgresPackages, people: ThreadPoolExecutor
) -> None:
    registry.publish("fifty")
    registry.sends.clear()
    bundles, question = machine(), asked(fifty="^1.0.0")
    answers: list[Future[Made | Problem]] = [
        people.submit(bundles.get, question, f"app-{n}", shelf, unheard) for n in range(50)
    ]
    sent_back, waiting = wait(answers, PATIENCE, return_when="FIRST_EXCEPTION")
    while len(sent_back) < 48:
        sent_back, waiting = wait(answers, 0.1)
    assert all(isinstance(one.exception(), Snooze) for one in sent_back)
    assert len(waiting) == 2, "so many threads wait, whatever is asked"
    with pytest.raises(Snooze):
        bundles.get(question, "app-0", shelf, unheard)
    registry.sends.set()
    found = {made(bundles, question, f"app-{n}", shelf).name for n in range(50)}
    assert found == {one.name for one in (each.result(PATIENCE) for each in waiting) if isinstance(one, Made)}
    assert dict(registry.asked) == {"/fifty": 1, "/fifty/-/1.0.0.tgz": 1}


def test_two_machines_make_it_once(
    registry: Registry, machine: Machine, shelf: PostgresPackages, people: ThreadPoolExecutor
) -> None:
    registry.publish("twice")
    registry.sends.clear()
    first = people.submit(made, machine(), asked(twice="1.0.0"), "one", shelf)
    registry.until_asked("/twice/-/1.0.0.tgz")
    second = people.submit(made, machine(), asked(twice="^1.0.0"), "two", shelf)
    registry.until_asked("/twice", times=2)
    registry.sends.set()
    assert first.result(PATIENCE) == second.result(PATIENCE)
    assert registry.tarballs() == 1


def test_a_folder_keeps_them_where_one_is_named(
    registry: Registry, compiler: Compiler, shelf: PostgresPackages, tmp_path: Path
) -> None:
    registry.publish("foldered")
    settings = Settings.model_validate({"npm_registry": registry.url, "dependencies_dir": tmp_path / "shared"})
    manifest = '{"dependencies": {"foldered": "*"}}'
    for _machine in range(2):
        with closing(AppPackages(compiler, settings)) as packages:
            found = packages.bundle(
                "one", {"package.json": b""}, ["foldered"], text=lambda _: manifest, shelf=shelf, tell=unheard
            )
        assert isinstance(found, Made), found
        file = json.loads(found.manifest)["foldered"]["file"]
        assert b"foldered@1.0.0" in (DiskPackages(tmp_path / "shared").file(found.name, file) or b"")
    assert registry.tarballs() == 1


def test_other_words_for_the_same_versions_share_a_bundle(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    registry.publish("shared", "1.2.0")
    bundles = machine()
    first = made(bundles, asked(shared="^1.0.0"), "one", shelf)
    assert made(bundles, asked(shared="~1.2.0"), "two", shelf) == first
    assert made(machine(), asked("shared", shared="1.x", unimported="2"), "three", shelf) == first
    assert registry.tarballs() == 1


def test_what_was_resolved_once_stays_so_and_another_part_of_it_asks_nobody(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    registry.publish("steady", "1.0.0", files={"part.js": "export default 1;"})
    bundles = machine()
    whole = made(bundles, asked("steady", steady="^1.0.0"), "one", shelf)
    registry.publish("steady", "1.1.0")
    registry.asked.clear()
    parts = made(bundles, asked("steady", "steady/part.js", steady="^1.0.0"), "one", shelf)
    assert parts != whole
    assert set(json.loads(parts.manifest)) == {"steady", "steady/part.js"}
    assert not registry.asked, "the tree is known, and its tarballs are at hand"
    assert made(machine(), asked("steady", steady="^1.0.0"), "two", shelf) == whole
    assert not registry.asked


def test_what_a_tag_means_is_asked_once_a_day_and_stays_while_nobody_answers(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    registry.publish("tagged", "1.0.0")
    day = 1
    bundles, question = machine(lambda: day), asked(tagged="latest")
    first = made(bundles, question, "one", shelf)
    registry.publish("tagged", "2.0.0")
    assert made(machine(lambda: day), question, "two", shelf) == first
    day = 2
    registry.unwell = 100
    assert made(bundles, question, "one", shelf) == first
    registry.unwell = 0
    second = made(machine(lambda: day), question, "one", shelf)
    assert second != first
    assert made(machine(lambda: day + 1), asked(tagged="*"), "three", shelf) == second


def test_an_import_that_another_package_brings_is_found_and_one_that_nobody_brings_is_not(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    registry.publish("brought")
    registry.publish("bringer", dependencies={"brought": "*"})
    bundles = machine()
    found = made(bundles, asked("bringer", "brought", bringer="*"), "one", shelf)
    assert set(json.loads(found.manifest)) == {"bringer", "brought"}
    missing = eventually(bundles, asked("bringer", "nobody", bringer="*"), "one", shelf)
    assert isinstance(missing, Problem)
    assert missing.message.startswith("nobody is imported, but package.json does not name it as a dependency: add")


def test_a_failure_is_told_to_all_and_asked_about_once(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    bundles = machine()
    for app in ("one", "two"):
        failed = eventually(bundles, asked(hallucinated="^1.0.0"), app, shelf)
        assert isinstance(failed, Problem)
        assert failed.message == "The packages cannot be installed: hallucinated is not in the registry"
        assert failed.file == "package.json"
    assert registry.asked["/hallucinated"] <= 2  # in its short form, and in the long one


def test_a_registry_that_is_unwell_for_a_moment_is_asked_again(
    registry: Registry, machine: Machine, shelf: PostgresPackages
) -> None:
    registry.publish("patient")
    registry.unwell = 2  # npm itself asks twice
    told: list[str] = []
    found = machine().get(asked(patient="*"), "one", shelf, lambda _stage, message: told.append(message))
    assert isinstance(found, Made), found
    assert "The packages cannot be installed: The registry answers 503 for patient; trying again" in told


def test_an_app_is_told_how_far_it_is(registry: Registry, machine: Machine, shelf: PostgresPackages) -> None:
    registry.publish("below")
    registry.publish("above", dependencies={"below": "*"}, peerDependencies={"peer": "^1.0.0"})
    registry.publish("peer", "2.0.0")
    told: list[tuple[str, str]] = []
    question = asked(above="*", peer="*")
    machine().get(question, "one", shelf, lambda *step: told.append(step))
    (resolving, installing, bundling) = told
    assert resolving == ("installing", "resolving the packages of the app")
    assert installing[0] == "installing"
    assert installing[1].startswith("installing 3 packages, although their peers disagree: above asks for peer ^1.0.0")
    assert bundling == ("bundling", "bundling 3 packages")


def test_who_stops_does_not_wait_for_what_is_on_its_way(
    registry: Registry, machine: Machine, shelf: PostgresPackages, people: ThreadPoolExecutor
) -> None:
    registry.publish("endless")
    registry.sends.clear()
    bundles = machine()
    waiting = people.submit(bundles.get, asked(endless="*"), "one", shelf, unheard)
    registry.until_asked("/endless/-/1.0.0.tgz")
    bundles.close()
    stopped = waiting.result(PATIENCE)
    assert isinstance(stopped, Problem)
    assert "the worker stops" in stopped.message
