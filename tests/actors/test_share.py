"""An app that keeps a worker busy has its share of it; then others come first, it is told so, and nothing is lost."""

from collections.abc import Callable

import pytest

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.runtime.lane import Lane, Turn
from actors.runtime.share import Share
from actors.store_file import store_file
from actors.worker import Crew
from contracts.build import BuildFailed
from contracts.event import Envelope
from contracts.topology import PREVIEWS
from sql.database import Pool, open_pool, role_url, transaction
from tests.actors.conftest import Bus
from tests.actors.desk import Quiet
from tests.actors.test_refresh_preview import APP, PAGE, Query
from tests.patience import until

ANSWER = BuildFailed(build_id="b", environment="production", step="test", message="done")


class Clock:
    """Time that goes by when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_share_is_had_at_once_and_wins_itself_back_evenly() -> None:
    clock = Clock()
    share = Share(20, clock)
    share.spend("app", 20)
    assert share.owed("app") == 0
    share.spend("app", 2)
    assert share.owed("app") == pytest.approx(6), "2 s beyond it, at 20 s a minute"
    clock.now += 6
    assert share.owed("app") == 0
    assert share.owed("other") == 0


def test_it_is_news_again_once_all_was_won_back() -> None:
    clock = Clock()
    share = Share(20, clock)
    share.spend("app", 30)
    assert share.owed("app") == pytest.approx(30)
    assert [share.is_news("app"), share.is_news("app")] == [True, False]
    clock.now += 89
    assert (share.owed("app"), share.is_news("app")) == (0, False)
    clock.now += 2
    assert (share.owed("app"), share.is_news("app")) == (0, True)


def test_of_many_apps_that_were_quick_nothing_is_kept() -> None:
    clock = Clock()
    share = Share(20, clock)
    for n in range(10_000):
        share.spend(f"app-{n}", 0.1)
        clock.now += 1
    assert len(share._until) <= 1_001  # noqa: SLF001 - nothing else tells


def test_who_has_had_his_share_is_served_later_with_all_that_was_wanted_by_then(
    database_url: str, app_id: str, query: Query
) -> None:
    clock, causes = Clock(), list[str]()

    def want(pool: Pool, app: str, name: str) -> None:
        with transaction(pool, app) as tx:
            lane.want(tx, Envelope(name, "test", "build-requested", app, {}, story_id=name))

    def work(turn: Turn) -> None:
        causes.append(turn.envelope.event_id)
        with turn.settle():
            turn.emit(ANSWER)

    with open_pool(role_url(database_url, "fleet_worker"), size=2, name="test") as pool:
        lane = Lane("preview", (BuildFailed,), work, pool, Quiet(), share=Share(60, clock))
        lane.share.spend(app_id, 60.5)
        for name in ("first", "second"):
            want(pool, app_id, name)
            assert lane.serve(app_id) == 0
        want(pool, f"{app_id}-b", "neighbour")
        assert lane.serve(f"{app_id}-b") == 1
        clock.now += 1
        until(lambda: bool(lane.sweep()), "the app that was put off is served")
    assert causes == ["neighbour", "second"]
    said = query("select body::json->>'stage' from fleet.progress where kind = 'progress'", app_id=app_id)
    assert said == [("throttled",)]


def test_an_app_that_is_written_again_and_again_hears_of_it_and_its_neighbour_is_drawn(
    crew: Callable[..., Crew], bus: Bus, app_id: str
) -> None:
    bus.channel.exchange_declare(PREVIEWS, "topic", durable=True)
    crew(store_file, create_app, refresh_preview, max_app_seconds=1e-6)
    files = [{"path": path, "content": text} for path, text in APP.items()]
    bus.publish("file-written", app_id, {"files": files})
    assert bus.hear("preview-ready", app_id)["data"]["revision"]
    bus.publish("file-written", app_id, {"path": "index.html", "content": PAGE + "\n"})
    told = bus.watch("progress", app_id)
    assert told["stage"] == "throttled"
    assert told["message"].startswith("This app has had its ")
    bus.publish("file-written", f"{app_id}-b", {"files": files})
    assert bus.hear("preview-ready", f"{app_id}-b")["data"]["revision"]
