"""Fleets to be started by a test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import find_scripts
from tests.launcher.running import Fleet


@pytest.fixture(scope="package")
def fleet_in(absent: Callable[[str], NoReturn]) -> Iterator[Callable[..., Fleet]]:
    """Make fleets that are ended and removed afterwards."""
    if find_scripts() is None or find_binaries() is None:
        absent("RabbitMQ or Postgres")
    made: list[Fleet] = []

    def make(home: Path, **variables: str) -> Fleet:
        made.append(Fleet(home, **variables))
        return made[-1]

    yield make
    for fleet in made:
        fleet.discard()
