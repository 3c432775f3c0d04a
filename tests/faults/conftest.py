"""A broker and a database that a test may take away, with a crew that works on them."""

import gc
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from actors.fleet import FLEET
from actors.runtime.topology import declare_all
from actors.worker import Crew
from contracts.settings import Settings
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.rabbitmq import PrivateRabbit
from sql.migrate import migrate
from tests.actors.conftest import Bus, running


@dataclass
class Ground:
    """Two services of this test alone."""

    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    settings: Settings

    def bus(self) -> Bus:
        """Open an ear and a mouth; a restarted broker has forgotten the old ones."""
        return Bus(self.rabbit.url)


@pytest.fixture
def ground(
    own_rabbit: Callable[[], PrivateRabbit], own_postgres: Callable[[], PrivatePostgres], tmp_path: Path
) -> Ground:
    rabbit, postgres = own_rabbit(), own_postgres()
    migrate(postgres.url)
    declare_all(rabbit.url, FLEET)
    settings = Settings.model_validate(
        {"amqp_url": rabbit.url, "database_url": postgres.url, "home": tmp_path, "worker_threads": 4}
    )
    return Ground(rabbit, postgres, settings)


@pytest.fixture
def crew(ground: Ground) -> Iterator[Crew]:
    with running(FLEET, ground.settings) as crew:
        yield crew
    gc.collect()


@pytest.fixture
def app_id() -> str:
    return f"app-{uuid.uuid4().hex[:12]}"
