"""One event through the engine room, on real services."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from actors.runtime.actor import Actor, actor, lane
from actors.runtime.job import Job
from actors.runtime.lane import Turn
from actors.worker import Crew
from contracts.build import BuildFailed, BuildRequested
from contracts.errors import Cancel, Flaw, Snooze
from contracts.event import Envelope
from contracts.file import FileRejected
from contracts.progress import Progress
from tests.actors.conftest import Bus
from tests.patience import PATIENCE, until

Start = Callable[..., Crew]
Query = Callable[..., list[tuple[Any, ...]]]

WANTED = {"environment": "production"}
ANSWER = BuildFailed(build_id="b", environment="production", step="test", message="as asked")


def answering(**options: Any) -> Actor:
    """An actor that answers every request with the same fact."""

    @actor(on=BuildRequested, emits=(BuildFailed,), **options)
    def answer_build(_event: BuildRequested, job: Job) -> None:
        with job.settle():
            job.progress(Progress(stage="thinking", progress=50))
            job.emit(ANSWER)

    return answer_build


def failing(error: BaseException, **options: Any) -> Actor:
    """An actor that never gets further than an exception."""

    @actor(on=BuildRequested, emits=(BuildFailed,), **options)
    def fail_build(_event: BuildRequested, _job: Job) -> None:
        raise error

    return fail_build


def test_an_event_becomes_a_fact_and_a_story(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(answering())
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    cause = bus.publish("build-requested", app_id, WANTED, traceparent=trace, messageid="m1")
    fact = bus.hear("build-failed", app_id)
    assert (fact["causationid"], fact["storyid"], fact["messageid"]) == (cause, cause, "m1")
    assert fact["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert fact["traceparent"] != trace
    first, second = bus.watch("progress", app_id), bus.watch("build-failed", app_id)
    assert (first["seq"], first["stage"], first["attempt"]) == (1, "thinking", 1)
    assert (second["seq"], second["event_id"], second["story_id"]) == (2, fact["id"], cause)
    assert [row[0] for row in query("select kind from fleet.progress order by seq", app_id=app_id)] == [
        "progress",
        "build-failed",
    ]


def test_steps_are_events_too(crew: Start, bus: Bus, app_id: str) -> None:
    crew(answering())
    bus.publish("build-requested", app_id, WANTED)
    assert bus.hear("progress", app_id)["data"]["stage"] == "thinking"


def test_a_second_delivery_announces_nothing_more(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(answering())
    for _ in range(2):
        bus.publish("build-requested", app_id, WANTED, id="same")
    bus.publish("build-requested", app_id, WANTED, id="last")
    seen = [bus.watch("build-failed", app_id)["story_id"] for _ in range(2)]
    assert sorted(seen) == ["last", "same"]
    assert query("select count(*) from fleet.progress", app_id=app_id) == [(4,)]


def test_the_same_event_of_another_source_is_another_event(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(answering())
    for source in ("one", "two"):
        bus.publish("build-requested", app_id, WANTED, id="same", source=source)
    for _ in range(2):
        bus.watch("build-failed", app_id)
    assert query("select count(*) from fleet.inbox", app_id=app_id) == [(2,)]


def test_what_is_announced_leaves_the_outbox(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    crew(answering())
    bus.publish("build-requested", app_id, WANTED)
    bus.hear("build-failed", app_id)
    until(lambda: query("select count(*) from fleet.outbox", app_id=app_id) == [(0,)], "an empty outbox")


def test_a_failing_handler_is_tried_again_and_then_given_up(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    giving_up = failing(RuntimeError("secret detail"))
    crew(giving_up, max_attempts=2)
    bus.publish("build-requested", app_id, WANTED, id="doomed")
    headers, body = bus.dead(giving_up)
    assert headers["x-error-type"] == "RuntimeError"
    assert headers["x-error"] == "event: failed 2 times, last with RuntimeError"
    assert headers["x-failed-queue"] == giving_up.queue
    assert headers["x-original-routing-key"] == f"build-requested.{app_id}"
    assert json.loads(body)["id"] == "doomed"
    said = bus.watch("progress", app_id)
    assert (said["stage"], said["attempt"], said["story_id"]) == ("failed", 2, "doomed")
    assert "secret" not in json.dumps(said)
    assert query("select actor from fleet.inbox", app_id=app_id) == [("fail_build gave up 2",)]


def test_cancel_is_never_tried_again(crew: Start, bus: Bus, app_id: str) -> None:
    cancelling = failing(Cancel("the app is gone"))
    crew(cancelling)
    bus.publish("build-requested", app_id, WANTED)
    headers, _body = bus.dead(cancelling)
    assert (headers["x-error-type"], headers["x-error"]) == ("Cancel", "event: the app is gone")
    assert bus.watch("progress", app_id)["message"] == "event: the app is gone"


def test_snooze_comes_back_without_counting(crew: Start, bus: Bus, app_id: str) -> None:
    attempts: list[int] = []

    @actor(on=BuildRequested, emits=(BuildFailed,))
    def wait_build(_event: BuildRequested, job: Job) -> None:
        attempts.append(job.attempt)
        if len(attempts) < 3:
            raise Snooze(0.05)
        with job.settle():
            job.emit(ANSWER)

    crew(wait_build)
    bus.publish("build-requested", app_id, WANTED)
    bus.watch("build-failed", app_id)
    assert attempts == [1, 1, 1]


def test_a_retry_is_a_later_attempt(crew: Start, bus: Bus, app_id: str) -> None:
    attempts: list[int] = []

    @actor(on=BuildRequested, emits=(BuildFailed,))
    def stumble_build(_event: BuildRequested, job: Job) -> None:
        attempts.append(job.attempt)
        job.progress(Progress(stage="trying", progress=10))
        if len(attempts) < 2:
            raise RuntimeError("once")
        with job.settle():
            job.emit(ANSWER)

    crew(stumble_build)
    bus.publish("build-requested", app_id, WANTED)
    assert bus.watch("build-failed", app_id)["attempt"] == 2
    assert attempts == [1, 2]


def test_a_handler_that_does_not_settle_is_a_dead_letter(crew: Start, bus: Bus, app_id: str) -> None:
    @actor(on=BuildRequested, emits=(BuildFailed,))
    def forget_build(_event: BuildRequested, _job: Job) -> None:
        return

    crew(forget_build)
    bus.publish("build-requested", app_id, WANTED)
    headers, _body = bus.dead(forget_build)
    assert headers["x-error-type"] == "Unsettled"


def test_a_handler_that_hangs_is_interrupted(crew: Start, bus: Bus, app_id: str) -> None:
    release = threading.Event()

    @actor(on=BuildRequested, emits=(BuildFailed,), time_limit=0.5)
    def hang_build(_event: BuildRequested, _job: Job) -> None:
        while not release.wait(0.01):
            pass

    crew(hang_build, max_attempts=1)
    bus.publish("build-requested", app_id, WANTED)
    headers, _body = bus.dead(hang_build)
    release.set()
    assert headers["x-error-type"] == "TimeLimitExceeded"


def test_the_last_word_is_the_actors_own(crew: Start, bus: Bus, app_id: str) -> None:
    def refused(_envelope: Envelope, flaws: tuple[Flaw, ...]) -> FileRejected:
        return FileRejected(field=flaws[0].field, reason=flaws[0].reason)

    answer = answering(last_word=refused)
    crew(answer)
    bus.publish("build-requested", app_id, {"environment": "moon"})
    assert bus.hear("file-rejected", app_id)["data"]["field"] == "environment"
    headers, _body = bus.dead(answer)
    assert headers["x-error-type"] == "BadEvent"


POISON: dict[str, tuple[bytes, str | bytes, dict[Any, Any]]] = {
    "not JSON": (b"{", "application/cloudevents+json", {}),
    "not UTF-8": (b'"\xff"', "application/cloudevents+json", {}),
    "an array": (b"[]", "application/cloudevents+json", {}),
    "too deep": (b"[" * 20_000, "application/cloudevents+json", {}),
    "a lone surrogate": (b'{"id":"\\ud800"}', "application/cloudevents+json", {}),
    "no attributes": (b"{}", "application/cloudevents+json", {}),
    "another content type": (b"hello", "text/plain", {}),
    "no content type": (b"{}", "", {}),
    "null options": (b'{"options":null,"queue_name":"x","actor_name":"y"}', "application/json", {}),
    "binary junk": (b"{}", "application/json", {"cloudEvents:id": {"a": [1]}, "cloudEvents:type": b"\xff"}),
    "a thousand headers": (b"{}", "application/json", {f"cloudEvents:x{n}": n for n in range(1000)}),
    "properties that are not text": (b"{}", b"\xff\xfe", {b"\xff": b"\xff", "x-original-routing-key": b"\xff"}),
    "headers of every type": (
        b"{",
        "application/json",
        {"a": [1, {"b": None}], "t": datetime.now(UTC), "d": Decimal(1)},
    ),
    "five mebibytes": (b"x" * 5 * 1024 * 1024, "application/cloudevents+json", {}),
    "NUL": (b'{"id":"a\\u0000b"}', "application/cloudevents+json", {}),
    "doubled attributes": (b"{}", "application/json", {"cloudEvents:id": "1", "cloudEvents_id": "2"}),
    "forged counters": (b"{", "application/cloudevents+json", {"x-retries": "many", "x-delivery-count": -1}),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_becomes_a_dead_letter_with_a_reason(crew: Start, bus: Bus, app_id: str, name: str) -> None:
    answer = answering()
    crew(answer)
    body, content_type, headers = POISON[name]
    bus.publish_raw(f"build-requested.{app_id}", body, content_type, headers=headers)
    found, kept = bus.dead(answer)
    assert found["x-error"]
    assert found["x-error-type"] == "BadEvent"
    assert kept == body
    bus.publish("build-requested", app_id, WANTED)
    bus.watch("build-failed", app_id)


def test_a_last_word_that_cannot_be_said_does_not_keep_the_letter(crew: Start, bus: Bus, app_id: str) -> None:
    def speechless(_envelope: Envelope, _flaws: tuple[Flaw, ...]) -> FileRejected:
        raise LookupError("no words")

    answer = answering(last_word=speechless)
    crew(answer)
    bus.publish("build-requested", app_id, {"environment": "moon"})
    assert bus.dead(answer)[0]["x-error-type"] == "BadEvent"


def test_an_event_of_another_kind_is_a_dead_letter(crew: Start, bus: Bus, app_id: str) -> None:
    answer = answering()
    crew(answer)
    body = {"specversion": "1.0", "id": "1", "source": "s", "type": "overskill.app-created", "subject": app_id}
    bus.publish_raw(f"build-requested.{app_id}", json.dumps(body).encode())
    headers, _body = bus.dead(answer)
    assert headers["x-error"] == "type: is app-created, but this queue takes build-requested"


def test_an_app_is_served_in_the_order_of_delivery(crew: Start, bus: Bus) -> None:
    served: dict[str, list[str]] = {}

    @actor(on=BuildRequested, emits=(BuildFailed,), ordered=True)
    def order_build(_event: BuildRequested, job: Job) -> None:
        with job.settle():
            served.setdefault(job.app_id, []).append(job.envelope.event_id)
            job.emit(ANSWER)

    crew(order_build)
    apps = [f"app-{n}" for n in range(5)]
    for n in range(60):
        for app_id in apps:
            bus.publish("build-requested", app_id, WANTED, id=f"{n}", source=order_build.name)
    for _ in range(300):
        bus.watch("build-failed")
    assert served == {app_id: [str(n) for n in range(60)] for app_id in apps}


def test_apps_do_not_wait_for_each_other(crew: Start, bus: Bus) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    @actor(on=BuildRequested, emits=(BuildFailed,), ordered=True)
    def meet_build(_event: BuildRequested, job: Job) -> None:
        both.wait()
        with job.settle():
            job.emit(ANSWER)

    crew(meet_build)
    bus.publish("build-requested", "left", WANTED)
    bus.publish("build-requested", "right", WANTED)
    assert {bus.watch("build-failed")["app_id"] for _ in range(2)} == {"left", "right"}


def test_a_lane_takes_turns_for_what_its_events_want(crew: Start, bus: Bus, query: Query, app_id: str) -> None:
    inside, leave = threading.Event(), threading.Event()
    causes: list[str] = []

    @lane(on=BuildRequested, emits=(BuildFailed,))
    def turn_build(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        inside.set()
        assert leave.wait(PATIENCE)
        with turn.settle():
            turn.emit(ANSWER)

    crew(turn_build)
    bus.publish("build-requested", app_id, WANTED, id="first")
    assert inside.wait(PATIENCE)
    for n in range(20):
        bus.publish("build-requested", app_id, WANTED, id=f"burst-{n}")
    while query("select wanted from fleet.lanes", app_id=app_id) != [(21,)]:
        bus.connection.process_data_events(0.01)
    leave.set()
    assert [bus.watch("build-failed", app_id)["seq"] for _ in range(2)] == [1, 2]
    assert len(causes) == 2
    assert query("select done, wanted from fleet.lanes", app_id=app_id) == [(21, 21)]
