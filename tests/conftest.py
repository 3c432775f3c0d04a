"""Real services for every test: a private RabbitMQ and a private Postgres, started once."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import PrivateRabbit, find_scripts
from sql.migrate import migrate
from tests.aftermath import pytest_runtest_makereport, pytest_runtest_protocol
from tests.browser import browser, context
from tests.patience import until
from tests.suite import (
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_call,
    pytest_xdist_auto_num_workers,
)

Absent = Callable[[str], NoReturn]

__all__ = [
    "browser",
    "context",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_xdist_auto_num_workers",
]


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
        registers = broker.directory.rglob
        until(lambda: any(queue.encode() in one.read_bytes() for one in registers("names.dets")), f"{queue} registered")

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
