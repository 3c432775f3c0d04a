"""The whole fleet, as `make up` starts it, for everything that a stranger does with it."""

from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import find_scripts
from tests.launcher.running import Fleet


@pytest.fixture(scope="package")
def fleet(absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    if find_scripts() is None or find_binaries() is None:
        absent("RabbitMQ or Postgres")
    fleet = Fleet(tmp_path_factory.mktemp("flow"), FLEET_HTTP="127.0.0.1:0", FLEET_EDGE_HTTP="127.0.0.1:0")
    try:
        fleet.up()
        yield fleet
    finally:
        fleet.discard()
