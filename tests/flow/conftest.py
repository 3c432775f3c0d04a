"""The whole fleet, as `make up` starts it, for everything that a stranger does with it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import NoReturn

import pytest
from playwright.sync_api import BrowserContext

from edge.local import binary
from gateway.launcher.postgres_binaries import find_binaries
from gateway.launcher.rabbitmq import find_scripts
from tests.edge.registry import Registry, kept_at
from tests.edge.upstream import Upstream
from tests.flow.previewed import Previewed
from tests.launcher.running import Fleet


@pytest.fixture(scope="package")
def registry() -> Iterator[Registry]:
    """Where the fleet's packages come from: real ones, and what a test publishes."""
    with Registry(Upstream(kept_at())) as running:
        yield running


@pytest.fixture(scope="package")
def fleet(
    absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory, registry: Registry
) -> Iterator[Fleet]:
    if find_scripts() is None or find_binaries() is None:
        absent("RabbitMQ or Postgres")
    addresses = dict.fromkeys(("FLEET_HTTP", "FLEET_EDGE_HTTP"), "127.0.0.1:0")
    fleet = Fleet(tmp_path_factory.mktemp("flow"), FLEET_NPM_REGISTRY=registry.url, **addresses)
    try:
        fleet.up()
        yield fleet
    finally:
        fleet.discard()


@pytest.fixture
def write(
    fleet: Fleet, context: BrowserContext, absent: Callable[[str], NoReturn]
) -> Iterator[Callable[[], Previewed]]:
    """Write apps that can be looked at."""
    if binary.find() is None:
        absent("workerd")
    with ExitStack() as written:

        def write() -> Previewed:
            app = written.enter_context(closing(Previewed(fleet, context)))
            app.publish(app.files)
            app.until_created()
            return app

        yield write


@pytest.fixture
def app(write: Callable[[], Previewed]) -> Previewed:
    """An app whose files are written."""
    return write()
