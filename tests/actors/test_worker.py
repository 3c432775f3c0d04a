"""A worker's beginning and end."""

import threading
from queue import Empty

import pytest

from actors.runtime.actor import Actor, actor
from actors.runtime.broker import WorkQueue
from actors.runtime.job import Job
from actors.worker import Crew
from contracts.build import BuildFailed, BuildRequested
from contracts.settings import Settings
from tests.patience import PATIENCE


def idle() -> Actor:
    """An actor for whom there is nothing to do."""

    @actor(on=BuildRequested, emits=(BuildFailed,))
    def wait_for_builds(_event: BuildRequested, _job: Job) -> None:
        """Never run."""

    return wait_for_builds


def test_a_crew_that_is_stopped_at_once_stops(settings: Settings) -> None:
    crew = Crew((idle(),), settings, "test crew")
    crew.start()
    crew.stop()
    assert not [thread for thread in crew.threads() if thread.is_alive()]


def test_who_waits_for_work_is_sent_away_when_there_will_be_none() -> None:
    work = WorkQueue()
    sent_away = threading.Semaphore(0)

    def read() -> None:
        with pytest.raises(Empty):
            work.get(timeout=0.2)
        sent_away.release()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    work.close()
    assert all(sent_away.acquire(timeout=PATIENCE) for _ in readers)


def test_what_came_before_the_end_is_still_handed_out() -> None:
    work = WorkQueue()
    work.put("one")
    work.close()
    assert work.get() == "one"
    for _ in range(2):
        with pytest.raises(Empty):
            work.get_nowait()
