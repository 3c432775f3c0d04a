"""What a job says when it cannot be settled decides what becomes of its event: it must say the right thing."""

from collections.abc import Iterator

import psycopg
import pytest

from actors.runtime.effect import Repeated
from actors.runtime.job import Job
from contracts.build import BuildFailed
from contracts.event import Envelope
from sql.database import Pool, is_away, open_pool, role_url, transaction
from tests.actors.desk import Quiet


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=2, name="test") as pool:
        yield pool


def job_of(pool: Pool, app_id: str) -> Job:
    return Job(Envelope("e", "test", "build-requested", app_id, {}), "build", (BuildFailed,), 1, pool, Quiet())


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_database_that_goes_away_in_the_middle_is_waited_for(pool: Pool, app_id: str, *, asked_before: bool) -> None:
    def lose() -> None:
        with job_of(pool, app_id).settle() as tx:
            if asked_before:
                tx.execute("select 1").fetchone()
            with transaction(pool, app_id) as other:
                other.execute("select pg_terminate_backend(%s)", (tx.info.backend_pid,)).fetchone()
            tx.execute("select 1").fetchone()

    with pytest.raises(psycopg.Error) as caught:
        lose()
    assert is_away(caught.value)


def test_a_second_delivery_is_repeated_even_where_it_cannot_be_handled_any_more(pool: Pool, app_id: str) -> None:
    with job_of(pool, app_id).settle():
        pass
    with pytest.raises(Repeated), job_of(pool, app_id).settle() as tx:
        tx.execute("select 1 / 0").fetchone()
    with pytest.raises(Repeated), job_of(pool, app_id).settle():
        raise ValueError("it is not as it was")
    with pytest.raises(Repeated), job_of(pool, app_id).settle():
        pass


def test_a_failure_of_the_handler_leaves_the_event_unsettled(pool: Pool, app_id: str) -> None:
    with pytest.raises(ValueError, match="not yet"), job_of(pool, app_id).settle():
        raise ValueError("not yet")
    with pytest.raises(psycopg.errors.DivisionByZero), job_of(pool, app_id).settle() as tx:
        tx.execute("select 1 / 0").fetchone()
    with job_of(pool, app_id).settle():
        pass
