"""Real services for every test: a private RabbitMQ and a private Postgres, started once."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gateway.launcher import ports
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import PrivateRabbit, find_scripts
from sql.migrate import migrate
from tests.aftermath import pytest_runtest_makereport, pytest_runtest_protocol
from tests.browser import browser, context

Absent = Callable[[str], NoReturn]

__all__ = ["browser", "context", "pytest_runtest_makereport", "pytest_runtest_protocol"]


MOST_WORKERS = 8
#: What takes longest begins first; what shares the running fleet of flow/ stays together.
ROOMS = ("faults", "launcher", "gateway", "actors", "edge", "sql", "contracts", "house", "flow")


def pytest_configure() -> None:
    """Let each process that runs tests take its ports from a share of its own, and heed a Ctrl-C.

    A shell lets what it starts in the background ignore that, and so would every program that a test interrupts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ports.RANGE = ports.RANGE[worker % MOST_WORKERS :: MOST_WORKERS]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files by their rooms, and those last that drive Chromium.

    Its driver keeps an event loop in the main thread from then on, and no other can run there.
    """
    driven = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    tests = config.rootpath / "tests"

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(tests).parts[0]
        room = ROOMS.index(name) if name in ROOMS else 0
        return room if item.path not in driven else 2 * len(ROOMS) - room

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes share the tests: one more than cores, for tests wait as much as they work."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


@pytest.fixture(scope="session")
def absent() -> Absent:
    """Skip at home, fail in CI: there nothing may pass for want of a service."""

    def give_up(what: str) -> NoReturn:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{what} is not installed")
        pytest.skip(f"{what} is not installed")

    return give_up


@pytest.fixture(scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FLEET_HOME for the whole session."""
    return tmp_path_factory.mktemp("fleet-home")


@pytest.fixture(scope="session")
def rabbit(own_home: Path, absent: Absent) -> Iterator[PrivateRabbit]:
    """The session's RabbitMQ; a test that stops a broker asks for `own_rabbit`."""
    if find_scripts() is None:
        absent("RabbitMQ")
    broker = PrivateRabbit(own_home / "rabbitmq", password=secrets.token_hex(8))
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def postgres(own_home: Path, absent: Absent) -> Iterator[PrivatePostgres]:
    """The session's Postgres; a test that stops a database server asks for `own_postgres`."""
    if find_binaries() is None:
        absent("Postgres")
    server = PrivatePostgres(own_home / "postgres", password=secrets.token_hex(8), careless=True)
    try:
        server.start()
        yield server
    finally:
        server.discard()


@pytest.fixture
def own_rabbit(tmp_path: Path, absent: Absent) -> Iterator[Callable[[], PrivateRabbit]]:
    """Start brokers that a test may stop, kill and start again."""
    if find_scripts() is None:
        absent("RabbitMQ")
    started: list[PrivateRabbit] = []

    def start() -> PrivateRabbit:
        started.append(PrivateRabbit(tmp_path / f"rabbitmq-{len(started)}", password=secrets.token_hex(8)))
        started[-1].start()
        return started[-1]

    yield start
    for broker in started:
        broker.kill()


@pytest.fixture
def until_registered() -> Callable[[PrivateRabbit, str], None]:
    """Wait until a quorum queue would survive a kill -9 of its broker.

    RabbitMQ writes the register of quorum queues about a second after it has answered the
    declaration; a queue not yet in it is lost to everybody when the broker is killed.
    """

    def wait(broker: PrivateRabbit, queue: str) -> None:
        deadline = time.monotonic() + 10
        while not any(queue.encode() in register.read_bytes() for register in broker.directory.rglob("names.dets")):
            assert time.monotonic() < deadline, f"{queue} was never registered"
            time.sleep(0.05)

    return wait


@pytest.fixture
def own_postgres(tmp_path: Path, absent: Absent) -> Iterator[Callable[[], PrivatePostgres]]:
    """Start database servers that a test may stop, kill and start again."""
    if find_binaries() is None:
        absent("Postgres")
    started: list[PrivatePostgres] = []

    def start() -> PrivatePostgres:
        directory = tmp_path / f"postgres-{len(started)}"
        started.append(PrivatePostgres(directory, password=secrets.token_hex(8), careless=True))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.discard()


@pytest.fixture(scope="session")
def make_database(postgres: PrivatePostgres) -> Callable[[], str]:
    """Create an empty database, and return its owner's URL."""

    def make() -> str:
        return postgres.create_database(f"test_{secrets.token_hex(6)}")

    return make


@pytest.fixture(scope="module")
def database_url(make_database: Callable[[], str]) -> str:
    """The owner's URL of a fresh, migrated database for one test module."""
    url = make_database()
    migrate(url)
    return url


@pytest.fixture(scope="session")
def amqp_url(rabbit: PrivateRabbit) -> str:
    """Where the session's broker listens."""
    return rabbit.url
