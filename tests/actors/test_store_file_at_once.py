"""Events that run at the same moment, which the bus avoids but a failover may bring about, spoil nothing."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from contracts.tree import Draft
from sql import files
from sql.database import transaction
from sql.files import Edition, Overtaken
from tests.actors.desk import Desk, desk


@pytest.fixture
def app(database_url: str, app_id: str) -> Iterator[Desk]:
    with desk(database_url, app_id, app_files=1_000) as opened:
        yield opened


def begin_slowly(app: Desk) -> None:
    """Begin the app while another event does so, too, and is faster."""
    with transaction(app.pool, app.app_id) as tx:
        shelf = files.load(tx, app.app_id, ["a"], ["a"])
        app.write("a", "first")
        draft = Draft(shelf.known, "late", None)
        draft.write("a", b"second")
        files.store(tx, app.app_id, Edition(shelf, draft, "event"))


def test_of_two_first_events_the_second_is_tried_again(app: Desk) -> None:
    with pytest.raises(Overtaken):
        begin_slowly(app)
    assert app.files() == {"a": "first"}
    assert app.ask("select version from fleet.apps") == [(1,)]


def test_events_of_one_app_wait_for_each_other(app: Desk) -> None:
    app.write("begin")

    def write(n: int) -> int:
        return app.write(f"{n % 7}/{n}", str(n)).version

    with ThreadPoolExecutor(2) as threads:
        found = sorted(threads.map(write, range(60)))
    assert found == list(range(2, 62))
    assert app.ask("select file_count from fleet.apps") == [(61,)]
    assert app.ask("select count(*), sum(changes) from fleet.versions") == [(61, 61)]


def test_apps_that_keep_the_same_contents_do_not_deadlock(app: Desk) -> None:
    contents = [uuid.uuid4().hex for _ in range(300)]

    def write(turn: int) -> int:
        mine = Desk(app.pool, f"{app.app_id}-{turn}", app.limits)
        order = contents if turn % 2 else contents[::-1]
        named = [{"path": f"{n}", "content": content} for n, content in enumerate(order)]
        return mine.stored({"files": named}).version

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(write, range(8))) == [1] * 8
