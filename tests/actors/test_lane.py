"""One worker per app and lane: bursts coalesce, crashes are taken over, stragglers are fenced off."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from actors.runtime.effect import Repeated
from actors.runtime.job import Job
from actors.runtime.lane import Lane, LeaseLost, Turn
from contracts.build import BuildFailed, BuildRequested
from contracts.event import Envelope, Event
from sql import lanes
from sql.database import Pool, Tx, open_pool, role_url, transaction
from tests.actors.desk import Quiet
from tests.patience import PATIENCE

ANSWER = BuildFailed(build_id="b", environment="production", step="test", message="done")


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=4, name="test") as pool:
        yield pool


@pytest.fixture
def lane_of(pool: Pool) -> Callable[..., Lane]:
    def make(work: Callable[[Turn], None], **options: Any) -> Lane:
        emits: tuple[type[Event], ...] = (BuildFailed,)
        return Lane("preview", emits, work, pool, Quiet(), **options)

    return make


def cause(app_id: str, name: str = "e1") -> Envelope:
    return Envelope(name, "test", "build-requested", app_id, {}, story_id=name)


def ask(pool: Pool, lane: Lane, app_id: str, *names: str) -> None:
    for name in names:
        with transaction(pool, app_id) as tx:
            lane.want(tx, cause(app_id, name))


def settle(turn: Turn) -> None:
    with turn.settle():
        turn.emit(ANSWER)


def test_a_burst_is_one_turn_for_the_newest(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    causes: list[str] = []

    def work(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        settle(turn)

    lane = lane_of(work)
    ask(pool, lane, app_id, *(f"e{n}" for n in range(50)))
    assert lane.serve(app_id) == 1
    assert causes == ["e49"]
    assert lane.serve(app_id) == 0


def test_what_is_wanted_meanwhile_is_another_turn(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    causes: list[str] = []

    def work(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        if len(causes) == 1:
            ask(pool, lane, app_id, "later")
        settle(turn)

    lane = lane_of(work)
    ask(pool, lane, app_id, "first")
    assert lane.serve(app_id) == 2
    assert causes == ["first", "later"]


def test_only_one_works_at_a_time(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    inside, leave = threading.Event(), threading.Event()

    def work(turn: Turn) -> None:
        inside.set()
        assert leave.wait(PATIENCE)
        settle(turn)

    lane = lane_of(work)
    ask(pool, lane, app_id, "first")
    holder = threading.Thread(target=lane.serve, args=(app_id,))
    holder.start()
    assert inside.wait(PATIENCE)
    ask(pool, lane, app_id, "second")
    assert lane.serve(app_id) == 0
    assert lane.sweep() == []
    leave.set()
    holder.join(PATIENCE)
    assert lane.serve(app_id) == 0


def test_a_crash_is_taken_over_when_its_lease_ends(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str, database_url: str
) -> None:
    lane = lane_of(settle)
    ask(pool, lane, app_id, "first")
    with transaction(pool, app_id) as tx:
        crashed = lanes.lease(lanes.take(tx, app_id, "preview", 60))
    assert crashed is not None
    assert lane.sweep() == []
    with psycopg.connect(role_url(database_url, "fleet_worker")) as clock:
        clock.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
        clock.execute("update fleet.lanes set lease_until = now() - interval '1 s'")
    assert lane.sweep() == [app_id]


def test_a_straggler_writes_nothing(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str, query: Callable[..., list[tuple[Any, ...]]]
) -> None:
    lost: list[bool] = []

    def work(turn: Turn) -> None:
        with transaction(pool, app_id) as tx:
            tx.execute("update fleet.lanes set lease_until = '-infinity'")
            assert lanes.lease(lanes.take(tx, app_id, "preview", 60)) is not None
        try:
            settle(turn)
        except LeaseLost:
            lost.append(True)
            raise

    lane = lane_of(work)
    ask(pool, lane, app_id, "first")
    lane.serve(app_id)
    assert lost == [True]
    assert query("select count(*) from fleet.progress", app_id=app_id) == [(0,)]


def test_a_renewed_lease_is_not_taken(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    other = lane_of(settle)

    def work(turn: Turn) -> None:
        with transaction(pool, app_id) as tx:
            tx.execute("update fleet.lanes set lease_until = '-infinity'")
        lane.renew()
        assert other.serve(app_id) == 0
        settle(turn)

    lane = lane_of(work, seconds=60)
    ask(pool, lane, app_id, "first")
    assert lane.serve(app_id) == 1


def test_a_renewal_that_comes_too_late_holds_nothing(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    done: list[lanes.Lease] = []

    def work(turn: Turn) -> None:
        done.append(turn.lease)
        settle(turn)

    lane = lane_of(work)
    ask(pool, lane, app_id, "first")
    lane.serve(app_id)
    with transaction(pool, app_id) as tx:
        assert not lanes.renew(tx, done[0], 60)
    ask(pool, lane, app_id, "second")
    assert lane.serve(app_id) == 1


def answer(pool: Pool, lane: Lane, app_id: str, name: str) -> None:
    job = Job(cause(app_id, name), lane.name, lane.emits, 1, pool, Quiet())
    lane.answer(job)
    job.must_be_settled()


def test_an_event_that_is_delivered_twice_is_one_turn(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    causes: list[str] = []

    def work(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        settle(turn)

    lane = lane_of(work)
    answer(pool, lane, app_id, "first")
    with pytest.raises(Repeated):
        answer(pool, lane, app_id, "first")
    answer(pool, lane, app_id, "second")
    assert causes == ["first", "second"]


def test_a_second_delivery_takes_up_what_a_crash_has_left(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str
) -> None:
    class Crash(BaseException):
        pass

    def crash(_turn: Turn) -> None:
        raise Crash

    turns: list[Turn] = []

    def work(turn: Turn) -> None:
        turns.append(turn)
        settle(turn)

    with pytest.raises(Crash):
        answer(pool, lane_of(crash), app_id, "first")
    with transaction(pool, app_id) as tx:
        tx.execute("update fleet.lanes set lease_until = '-infinity'")
    with pytest.raises(Repeated):
        answer(pool, lane_of(work), app_id, "first")
    assert len(turns) == 1


def test_a_lease_that_was_lost_on_the_way_to_the_disk_is_wanted_again(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str
) -> None:
    causes: list[str] = []

    def work(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        if len(causes) == 1:
            with transaction(pool, app_id) as tx:
                tx.execute("delete from fleet.lanes")  # as a database does that stops before it has written it
        settle(turn)

    lane = lane_of(work)
    answer(pool, lane, app_id, "first")
    assert lane.sweep() == [app_id]
    assert causes == ["first", "first"]


def test_only_who_takes_the_lease_need_not_wait_for_the_disk(pool: Pool, app_id: str) -> None:
    def waits() -> str:
        with transaction(pool, app_id) as tx:
            lanes.want(tx, app_id, "preview", "{}")
            lanes.take(tx, app_id, "preview", 60)
            return str(tx.execute("show synchronous_commit").fetchall()[0][0])

    assert [waits(), waits()] == ["off", "on"]


def test_every_turn_sees_what_was_there_when_it_began(pool: Pool, lane_of: Callable[..., Lane], app_id: str) -> None:
    seen: list[int] = []

    def work(turn: Turn) -> None:
        seen.append(turn.seen.fetchone()[0])
        if len(seen) == 1:
            ask(pool, lane, app_id, "later")
        settle(turn)

    def look(tx: Tx, app_id: str) -> Any:
        return tx.execute("select wanted from fleet.lanes where app_id = %s", (app_id,))

    lane = lane_of(work, look=look)
    answer(pool, lane, app_id, "first")
    assert seen == [1, 2]


def test_a_failure_is_put_off_and_at_last_given_up(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str, query: Callable[..., list[tuple[Any, ...]]]
) -> None:
    attempts: list[int] = []

    def work(turn: Turn) -> None:
        attempts.append(turn.attempt)
        raise ValueError("no")

    lane = lane_of(work, max_tries=2)
    ask(pool, lane, app_id, "first")
    lane.serve(app_id)
    assert lane.sweep() == []
    with transaction(pool, app_id) as tx:
        tx.execute("update fleet.lanes set lease_until = '-infinity'")
    assert lane.sweep() == [app_id]
    assert attempts == [1, 2]
    [(body,)] = query("select body::jsonb ->> 'message' from fleet.progress", app_id=app_id)
    assert body == "preview: failed 2 times, last with ValueError"
    assert lane.serve(app_id) == 0


def test_parts_of_a_lane_take_their_turns_beside_each_other(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str
) -> None:
    parts: list[str] = []

    def work(turn: Turn) -> None:
        parts.append(turn.part)
        if len(parts) == 1:
            deliver("production")
            deliver("staging")  # which this very turn is at, and follows
        settle(turn)

    def deliver(environment: Any) -> None:
        event = BuildRequested(environment=environment)
        envelope = cause(app_id, f"{environment} {len(parts)}")
        lane.answer(Job(envelope, lane.name, lane.emits, 1, pool, Quiet()), event)

    lane = lane_of(work, apart=lambda event: event.environment)
    deliver("staging")
    assert parts[:3] == ["staging", "production", "staging"]
    with transaction(pool, app_id) as tx:
        lane.want(tx, cause(app_id, "left"), "preview/production")
    assert lane.sweep() == [app_id]
    assert parts[-1] == "production"


def test_what_an_event_asks_for_is_noted_with_its_settling(
    pool: Pool, lane_of: Callable[..., Lane], app_id: str
) -> None:
    noted: list[tuple[str, Any]] = []

    def note(tx: Tx, envelope: Envelope, event: Any) -> None:
        noted.append((envelope.event_id, event))
        if not noted[1:]:
            tx.execute("no statement").fetchall()

    lane = lane_of(settle, note=note)
    with pytest.raises(psycopg.errors.SyntaxError):
        answer(pool, lane, app_id, "first")
    assert lane.serve(app_id) == 0, "nothing is wanted that was not noted"
    answer(pool, lane, app_id, "first")
    assert noted == [("first", None)] * 2
