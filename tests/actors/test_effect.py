"""Effects outside the database: one at a time, continued after a crash, always under the same key."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actors.runtime.effect import Effect, Repeated
from actors.runtime.job import Job
from contracts.build import BuildFailed
from contracts.errors import Snooze
from contracts.event import Envelope
from sql.database import Pool, open_pool, role_url, transaction
from sql.effects import ClaimLost
from tests.actors.desk import Quiet
from tests.actors.test_lane import ANSWER
from tests.patience import until


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=2, name="test") as pool:
        yield pool


@pytest.fixture
def job_for(pool: Pool, app_id: str) -> Callable[[], Job]:
    envelope = Envelope("e1", "test", "deploy-requested", app_id, {}, story_id="e1")
    return lambda: Job(envelope, "run_deploy", (BuildFailed,), 1, pool, Quiet())


def expire(pool: Pool, app_id: str) -> None:
    with transaction(pool, app_id) as tx:
        tx.execute("update fleet.effects set lease_until = '-infinity'")


def test_two_deliveries_do_not_both_reach_out(job_for: Callable[[], Job]) -> None:
    job_for().claimed(60)
    with pytest.raises(Snooze):
        job_for().claimed(60)


def test_the_next_attempt_goes_on_from_the_journal(job_for: Callable[[], Job], pool: Pool, app_id: str) -> None:
    uploads: list[str] = []

    def upload() -> Any:
        uploads.append("once")
        return {"version": 7}

    crashed = job_for().claimed(60)
    assert crashed.once("upload", upload) == {"version": 7}
    expire(pool, app_id)
    following = job_for().claimed(60)
    assert following.once("upload", upload) == {"version": 7}
    assert uploads == ["once"]
    assert following.key == crashed.key


def test_who_lost_the_claim_notes_nothing(job_for: Callable[[], Job], pool: Pool, app_id: str) -> None:
    crashed = job_for().claimed(60)
    expire(pool, app_id)
    job_for().claimed(60)
    with pytest.raises(ClaimLost):
        crashed.once("upload", lambda: 1)


def test_who_lost_the_claim_settles_nothing(job_for: Callable[[], Job], pool: Pool, app_id: str) -> None:
    straggler = job_for()
    straggler.claimed(60)
    expire(pool, app_id)
    job_for().claimed(60)
    with pytest.raises(ClaimLost), straggler.settle():
        straggler.emit(ANSWER)


def test_settling_ends_the_claim_for_good(
    job_for: Callable[[], Job], query: Callable[..., list[tuple[Any, ...]]], app_id: str
) -> None:
    job = job_for()
    job.claimed(60)
    with job.settle():
        job.emit(ANSWER)
    assert query("select count(*) from fleet.effects", app_id=app_id) == [(0,)]
    with pytest.raises(Repeated):
        job_for().claimed(60)


def test_a_failed_attempt_lets_the_next_begin_at_once(job_for: Callable[[], Job]) -> None:
    def provider_refuses(effect: Effect) -> None:
        with effect.attempt():
            raise ConnectionError("the provider hung up")

    with pytest.raises(ConnectionError):
        provider_refuses(job_for().claimed(60))
    job_for().claimed(60)


def test_a_claim_that_is_held_outlives_its_seconds(job_for: Callable[[], Job], pool: Pool, app_id: str) -> None:
    def renewed() -> bool:
        with transaction(pool, app_id) as tx:
            row = tx.execute("select lease_until > claimed_at + interval '0.5 s' from fleet.effects").fetchone()
        return row == (True,)

    with job_for().claimed(0.3).held():
        until(renewed, "the claim renewed")
        with pytest.raises(Snooze):
            job_for().claimed(0.3)
