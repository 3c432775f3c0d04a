"""A turn that cannot go on yet gives its thread back, and comes again without having failed."""

from collections.abc import Callable, Iterator

import pytest

from actors.runtime.lane import Lane, Turn
from contracts.build import BuildFailed
from contracts.errors import Snooze
from contracts.event import Envelope
from sql import lanes
from sql.database import Pool, open_pool, role_url, transaction
from tests.actors.desk import Quiet

ANSWER = BuildFailed(build_id="b", environment="production", step="test", message="done")


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=2, name="test") as pool:
        yield pool


def lane(pool: Pool, app_id: str, work: Callable[[Turn], None], max_tries: int = 8) -> Lane:
    lane = Lane("preview", (BuildFailed,), work, pool, Quiet(), max_tries=max_tries)
    with transaction(pool, app_id) as tx:
        lane.want(tx, Envelope("e1", "test", "build-requested", app_id, {}, story_id="e1"))
    return lane


def test_it_comes_again_as_often_as_it_has_to(pool: Pool, app_id: str) -> None:
    attempts: list[int] = []

    def work(turn: Turn) -> None:
        attempts.append(turn.attempt)
        if len(attempts) < 5:
            raise Snooze(0)
        with turn.settle():
            turn.emit(ANSWER)

    waiting = lane(pool, app_id, work, max_tries=2)
    for _ in range(5):
        assert waiting.serve(app_id) == 1
    assert attempts == [1] * 5
    assert waiting.serve(app_id) == 0, "it is done"


def test_nobody_takes_it_before_its_time_and_no_renewal_takes_it_back(pool: Pool, app_id: str) -> None:
    leases: list[lanes.Lease] = []

    def work(turn: Turn) -> None:
        leases.append(turn.lease)
        raise Snooze(60)

    waiting = lane(pool, app_id, work)
    assert waiting.serve(app_id) == 1
    assert waiting.serve(app_id) == 0
    with transaction(pool, app_id) as tx:
        assert not lanes.renew(tx, leases[0], 60)
