"""What a job says when it cannot be settled decides what becomes of its event: it must say the right thing."""

from collections.abc import Iterator

import psycopg
import pytest

from actors.runtime.effect import Repeated
from actors.runtime.job import Job
from contracts.build import BuildFailed
from contracts.event import Envelope
from contracts.file import FileWritten
from contracts.progress import Progress
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


def test_what_follows_from_an_earlier_event_belongs_to_that_ones_story(pool: Pool, app_id: str) -> None:
    earlier = Envelope("first", "test", "tool-called", app_id, {}, story_id="the story", message_id="m")
    job = job_of(pool, app_id)
    with job.settle() as tx:
        job.progress(Progress(stage="ours", progress=1))
        job.progress(Progress(stage="theirs", progress=2, attempt=7), cause=earlier)
        asked = "select story_id, message_id, body::json ->> 'attempt' from fleet.progress order by seq"
    with transaction(pool, app_id) as tx:
        assert tx.execute(asked.encode()).fetchall() == [("e", None, "1"), ("the story", "m", "7")]


def test_what_others_are_asked_for_is_published_and_no_news_to_the_story(pool: Pool, app_id: str) -> None:
    job = Job(Envelope("e", "test", "tool-called", app_id, {}), "run", (FileWritten,), 1, pool, Quiet())
    with job.settle():
        job.emit(FileWritten.parse({"path": "a.txt", "content": "a secret"}))
    with transaction(pool, app_id) as tx:
        assert tx.execute("select kind from fleet.outbox").fetchall() == [("file-written",)]
        assert tx.execute("select count(*) from fleet.progress").fetchall() == [(0,)]


def test_a_step_is_told_only_if_that_still_holds(pool: Pool, app_id: str) -> None:
    job, step = job_of(pool, app_id), Progress(stage="on its way", progress=10)
    assert not job.progress(step, only_if=lambda tx: tx.execute("select 1 where false").fetchone() is not None)
    assert job.progress(step, only_if=lambda tx: tx.execute("select 1").fetchone() is not None)
    with transaction(pool, app_id) as tx:
        assert tx.execute("select count(*) from fleet.progress").fetchall() == [(1,)]
