"""A deployment: what is live is what was looked at, one after the other, and everybody who asked is told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.release import short
from edge.targets.target import Finding, Pointer, Reading
from sql.database import Pool, open_pool, role_url, transaction
from tests.actors.conftest import Bus
from tests.actors.releases import ScriptedPlace, deployer, keep
from tests.patience import PATIENCE, until

SICK = Finding("wrong", "/ answers 500: no")


@dataclass
class Stage:
    """One app, a worker that deploys it, and what is said of it."""

    bus: Bus
    pool: Pool
    place: ScriptedPlace
    app_id: str
    query: Callable[..., list[tuple[Any, ...]]]

    def keep(self, *texts: str) -> list[str]:
        return [keep(self.pool, self.app_id, text) for text in texts]

    def deploy(self, **data: Any) -> str:
        return self.bus.publish("deploy-requested", self.app_id, {"environment": "production", **data})

    def roll_back(self, **data: Any) -> str:
        return self.bus.publish("rollback-requested", self.app_id, {"environment": "production", **data})

    def hear(self, kind: str) -> dict[str, Any]:
        return self.bus.hear(kind, self.app_id)

    def live(self, release_id: str, **data: Any) -> dict[str, Any]:
        """Deploy a release, and return what is said once it is live."""
        asked = self.deploy(release_id=release_id, **data)
        said = self.hear("deploy-succeeded")
        assert said["causationid"] == asked
        return dict(said["data"])

    def failed(self) -> tuple[str, str]:
        """Return at which step the next deployment fails, and why."""
        said = self.hear("deploy-failed")["data"]
        return said["step"], said["reason"]

    def shown(self) -> tuple[Any, ...]:
        columns = "release_id, previous_release_id, canary_release_id, canary_percent, n"
        ((*row,),) = self.query(f"select {columns} from fleet.pointers", app_id=self.app_id)
        return tuple(row)


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    with open_pool(role_url(database_url, "fleet_worker"), size=4, name="test") as pool:
        yield pool


@pytest.fixture
def stage(crew: Callable[..., Any], bus: Bus, pool: Pool, app_id: str, query: Callable[..., Any]) -> Stage:
    stage = Stage(bus, pool, ScriptedPlace(), app_id, query)
    crew(deployer(stage.place))
    return stage


def test_a_release_is_live_and_the_one_before_is_a_step_away(stage: Stage) -> None:
    one, two = stage.keep("one", "two")
    first = stage.live(short(one))
    assert first["release_id"] == one
    assert first["url"] == f"http://production.{stage.app_id}.test"
    assert stage.live(two)["release_id"] == two
    assert stage.shown() == (two, one, None, None, 2)
    stage.roll_back()
    back = stage.hear("deploy-rolled-back")["data"]
    assert (back["release_id"], back["from_release_id"]) == (one, two)
    assert stage.shown() == (one, None, None, None, 3)
    assert stage.place.pointers["production", stage.app_id].release == one
    stage.roll_back()
    assert stage.failed() == ("rollback", "nothing else was shown in production before")


def test_what_fails_its_look_is_never_shown_and_says_why(stage: Stage) -> None:
    one, two = stage.keep("one", "two")
    stage.live(one)
    stage.place.findings[two] = [Finding("not yet", "/ is answered by no release, with status 404"), SICK]
    stage.deploy(release_id=two)
    assert stage.failed() == ("verify", "/ answers 500: no")
    assert stage.shown() == (one, None, None, None, 1)
    assert stage.place.pointers["production", stage.app_id].n == 1


def test_what_is_not_shown_after_the_flip_is_undone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actors.deploys.flip._CONFIRM_SECONDS", 0.1)
    one, two = stage.keep("one", "two")
    stage.live(one)
    stage.place.findings["shown"] = [Finding("not yet", "/ is answered by another release")]
    stage.deploy(release_id=two)
    assert stage.failed() == ("flip", "/ is answered by another release")
    assert stage.shown() == (one, None, None, None, 3)
    pointer = stage.place.pointers["production", stage.app_id]
    assert (pointer.release, pointer.n) == (one, 3)


def test_a_trial_is_for_some_and_ends_with_everybody_or_nobody(stage: Stage) -> None:
    one, two = stage.keep("one", "two")
    stage.live(one)
    trial = stage.live(two, canary_percent=10)
    assert (trial["release_id"], trial["canary_percent"]) == (two, 10)
    assert stage.shown() == (one, None, two, 10, 2)
    canary = stage.place.pointers["production", stage.app_id].canary
    assert canary is not None
    assert (canary.release, canary.percent) == (two, 10)
    stage.roll_back()
    back = stage.hear("deploy-rolled-back")["data"]
    assert (back["release_id"], back["from_release_id"]) == (one, two)
    assert stage.shown() == (one, None, None, None, 3)
    stage.live(two, canary_percent=50)
    stage.live(two)
    assert stage.shown() == (two, one, None, None, 5)


def test_without_a_build_one_is_asked_for_and_the_story_goes_on_with_it(stage: Stage) -> None:
    (one,) = stage.keep("one")
    asked = stage.deploy()
    build = stage.hear("build-requested")
    assert build["data"] == {"environment": "production", "deploy": True}
    assert build["storyid"] == asked
    built(stage, "b1", one)
    wanted = {"environment": "production", "build_id": "b1"}
    stage.bus.publish("deploy-requested", stage.app_id, wanted, storyid=asked, causationid=build["id"])
    live = stage.hear("deploy-succeeded")
    assert (live["causationid"], live["data"]["release_id"]) == (asked, one)
    assert stage.query("select status from fleet.deployments", app_id=stage.app_id) == [("succeeded",)]


def built(stage: Stage, build_id: str, release_id: str) -> None:
    with transaction(stage.pool, stage.app_id) as tx:
        tx.execute(
            "insert into fleet.builds (app_id, build_id, environment, event_id, story_id, cause, status, release_id)"
            " values (%s, %s, 'production', 'e', 'e', '{}', 'succeeded', %s)",
            (stage.app_id, build_id, release_id),
        )


def test_a_build_that_fails_ends_the_deployment_that_waits_for_it(stage: Stage) -> None:
    asked = stage.deploy()
    build = stage.hear("build-requested")
    why = {"build_id": "b2", "environment": "production", "step": "compile", "file": "src/App.tsx", "message": "no"}
    stage.bus.publish("build-failed", stage.app_id, why, storyid=asked, causationid=build["id"])
    failed = stage.hear("deploy-failed")
    assert failed["causationid"] == asked
    assert (failed["data"]["step"], failed["data"]["reason"]) == ("build", "src/App.tsx: no")


def test_the_newest_wins_and_every_older_one_is_told(stage: Stage) -> None:
    names = stage.keep("one", "two", "three", "four")
    begun, go_on = threading.Event(), threading.Event()

    def wait(step: str) -> None:
        if step == "check" and not begun.is_set():
            begun.set()
            assert go_on.wait(PATIENCE)

    stage.place.at = wait
    asked = [stage.deploy(release_id=names[0])]
    assert begun.wait(PATIENCE)
    stage.place.findings[names[0]] = [Finding("not yet", "so far")]
    waiting = "select count(*) from fleet.deployments where status = 'queued'"
    for name in names[1:]:  # several threads take them up: one after the other is what makes the last the newest
        asked.append(stage.deploy(release_id=name))
        count = [(len(asked) - 1,)]
        until(lambda count=count: stage.query(waiting, app_id=stage.app_id) == count, "it was written down")  # type: ignore[misc]
    go_on.set()
    assert {stage.hear("deploy-failed")["causationid"] for _ in range(3)} == set(asked[:3])
    assert stage.hear("deploy-succeeded")["causationid"] == asked[3]
    assert stage.shown() == (names[3], None, None, None, 1)


def test_going_back_does_not_wait_for_a_deployment_on_its_way(stage: Stage) -> None:
    one, two, three = stage.keep("one", "two", "three")
    stage.live(one)
    stage.live(two)
    looked = threading.Event()
    stage.place.at = lambda step: looked.set() if step == "check" else None
    stage.place.findings[three] = [Finding("not yet", "so far")]
    overtaken = stage.deploy(release_id=three)
    assert looked.wait(PATIENCE)
    stage.roll_back()
    assert stage.hear("deploy-failed")["causationid"] == overtaken
    assert stage.hear("deploy-rolled-back")["data"]["release_id"] == one
    assert stage.shown() == (one, None, None, None, 3)


def test_what_sickens_is_taken_back_by_itself(stage: Stage) -> None:
    one, two = stage.keep("one", "two")
    stage.place.reading = Reading("since then", requests=10)
    stage.live(one)
    asked = stage.deploy(release_id=two)
    noted = "select count(*) from fleet.deployments where reading is not null"
    until(lambda: stage.query(noted, app_id=stage.app_id) == [(2,)], "both were looked at")
    stage.place.reading = Reading("since then", requests=20, errors=9)
    back = stage.hear("deploy-rolled-back")
    assert (back["data"]["release_id"], back["data"]["from_release_id"]) == (one, two)
    assert back["data"]["because"] == "it sickened: 9 of 10 requests failed"
    assert back["causationid"] == asked
    assert stage.shown() == (one, None, None, None, 3)
    states = stage.query("select kind, status from fleet.deployments order by n", app_id=stage.app_id)
    assert states == [("deploy", "succeeded"), ("deploy", "returned"), ("return", "succeeded")]


def test_many_apps_are_deployed_at_once(stage: Stage) -> None:
    apps = {f"{stage.app_id}-{n}": keep(stage.pool, f"{stage.app_id}-{n}", "one") for n in range(60)}
    for app_id, release in apps.items():
        stage.bus.publish("deploy-requested", app_id, {"environment": "production", "release_id": release})
    live = [stage.bus.hear("deploy-succeeded") for _ in apps]
    assert {said["subject"]: said["data"]["release_id"] for said in live} == apps
    assert {app: pointer.release for (_at, app), pointer in stage.place.pointers.items()} == apps


def test_a_database_that_was_restored_comes_past_what_the_place_has_seen(stage: Stage) -> None:
    one, two = stage.keep("one", "two")
    stage.live(one)
    stage.place.pointers["production", stage.app_id] = Pointer(40, one)
    stage.live(two)
    assert stage.shown() == (two, one, None, None, 41)
    assert stage.place.pointers["production", stage.app_id] == Pointer(41, two, one)


def test_what_cannot_be_deployed_is_told_at_once(stage: Stage) -> None:
    def refused(**data: Any) -> str:
        stage.deploy(**data)
        return stage.failed()[1]

    assert refused(release_id="abc") == "no release is called abc"
    assert refused(build_id="b9") == "build b9 is not known"
    assert refused(target="deno") == "there is no target deno here, but local"
    assert refused(environment="preview").startswith("a preview shows the app as it is")
    assert not stage.place.releases
