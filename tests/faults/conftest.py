"""A broker and a database that a test may take away, and the processes that it starts on them."""

import gc
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from actors.fleet import FLEET
from actors.runtime.topology import declare_all
from actors.worker import Crew
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import PrivateRabbit, find_scripts
from sql.migrate import migrate
from tests.actors.conftest import running
from tests.faults.ground import Ground


@contextmanager
def provided(home: Path) -> Iterator[Ground]:
    """Start a broker and a database, with everything declared and migrated."""
    rabbit = PrivateRabbit(home / "rabbitmq", password=secrets.token_hex(8))
    postgres = PrivatePostgres(home / "postgres", password=secrets.token_hex(8), careless=True)
    try:
        rabbit.start()
        postgres.start()
        migrate(postgres.url)
        declare_all(rabbit.url, FLEET)
        yield Ground(rabbit, postgres, home)
    finally:
        rabbit.kill()
        postgres.discard()


@pytest.fixture(scope="package")
def services(absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Services that every test here takes away, and leaves running."""
    if find_scripts() is None or find_binaries() is None:
        absent("RabbitMQ or Postgres")
    with provided(tmp_path_factory.mktemp("faults")) as ground:
        yield ground


@pytest.fixture
def ground(services: Ground) -> Iterator[Ground]:
    """The services, and afterwards a look at whether all that came in has gone out."""
    yield services
    try:
        services.whole()
    finally:
        services.leave()


@pytest.fixture
def crew(ground: Ground) -> Iterator[Crew]:
    with running(FLEET, ground.settings) as crew:
        yield crew
    gc.collect()


@pytest.fixture
def app_id() -> str:
    return f"app-{uuid.uuid4().hex[:12]}"
