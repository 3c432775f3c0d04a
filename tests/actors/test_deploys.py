"""What is decided about deployments: which is next, what is shown, what an answer means, and who is sick."""

from typing import Any

import pytest

from actors.deploys.order import decide
from actors.deploys.watch import sickness
from contracts.release import Manifest, Module, Script
from edge.targets import visit
from edge.targets.target import GOOD, Reading
from edge.targets.visit import Answer, Route
from sql.deployments import Deployment
from sql.pointers import Shown
from tests.actors.releases import sha256, static


def one(n: int, kind: str = "deploy", status: str = "queued", **more: Any) -> Deployment:
    nothing = dict.fromkeys(("step", "reason", "build_id", "release_id", "from_release_id", "canary_percent"))
    about: dict[str, Any] = {**nothing, "cause": "", "target": "local", "tries": 0, "before": None, "returns": None}
    return Deployment(f"d{n}", n, kind, status, **{**about, "flipped": False, **more})


@pytest.mark.parametrize(
    ("pending", "chosen", "pointless"),
    [
        ([], None, []),
        ([one(1), one(2), one(3)], 3, [1, 2]),
        ([one(1), one(2, "rollback"), one(3)], 2, [1]),
        ([one(1, "rollback"), one(2, "rollback")], 1, []),
        ([one(1, status="building")], None, []),
        ([one(1, status="building"), one(2)], 2, [1]),
        ([one(1, status="running", flipped=True), one(2, "rollback")], 1, []),
        ([one(1, status="running", step="return"), one(2)], 1, []),
        ([one(1, status="lost"), one(2)], 1, []),
    ],
)
def test_the_newest_is_next_unless_something_has_to_be_brought_to_its_end(
    pending: list[Deployment], chosen: int | None, pointless: list[int]
) -> None:
    order = decide(pending)
    assert (order.chosen and order.chosen.n) == chosen
    assert [each.n for each, _newer in order.pointless] == pointless


def test_what_is_shown_after_each_decision() -> None:
    first = Shown().deployed("a", 10)
    assert first == Shown(release_id="a"), "there is nobody else to show anything to"
    second = first.deployed("b", None)
    assert second == Shown(release_id="b", previous_release_id="a")
    assert second.deployed("b", None) == second, "the same again keeps its way back"
    trial = second.deployed("c", 20)
    assert trial == Shown(0, "b", "a", "c", 20)
    assert trial.deployed("c", 100) == Shown(release_id="c", previous_release_id="b")
    assert trial.deployed("c", 0) == second
    assert Shown.of(trial.text()) == trial


def test_a_release_stands_or_falls_with_its_page_its_files_and_its_code() -> None:
    manifest, _contents = static("app", "one")
    assert [route.path for route in visit.routes(manifest)] == ["/", "/assets/one.js"]
    script = Script(main="i.js", modules={"i.js": Module(sha256="0" * 64)}, compatibility_date="2026-11-01")
    served = manifest.model_copy(update={"script": script})
    assert visit.routes(served)[-1] == Route("/__overskill/check")
    alone = Manifest(app_id="app", files={}, assets={}, script=script, built_by="hand")
    assert visit.routes(alone) == [Route("/")]


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        (Answer(200, "r", b"page"), "good", ""),
        ("was not answered within 6 s", "not yet", "/: was not answered within 6 s"),
        (Answer(404, "", b""), "not yet", "/ is answered by no release, with status 404"),
        (Answer(200, "other", b"page"), "not yet", "/ is answered by release other, with status 200"),
        (Answer(500, "r", b"Error: no\n at x"), "wrong", "/ answers 500: Error: no"),
        (Answer(404, "r", b""), "wrong", "/ answers 404 instead of its file"),
        (Answer(200, "r", b"pag"), "wrong", "/ is answered with something else than its file"),
    ],
)
def test_only_the_whole_file_of_the_very_release_is_good(answer: Answer | str, verdict: str, words: str) -> None:
    finding = visit.judge(Route("/", sha256(b"page")), answer, frozenset({"r"}))
    assert (finding.verdict, finding.words) == (verdict, words)
    assert visit.judge(Route("/api"), Answer(404, "r", b""), frozenset({"r"})) == GOOD


@pytest.mark.parametrize(
    ("now", "sick"),
    [
        (Reading("t", 14, 4), False),
        (Reading("t", 15, 5), True),
        (Reading("t", 100, 20), False),
        (Reading("t", 10, 0, strikes=1), True),
        (Reading("t", 10, 0, strikes=1, left_out="it used too much memory"), True),
    ],
)
def test_it_is_sick_that_fails_again_and_again_or_takes_others_down(now: Reading, sick: bool) -> None:
    assert bool(sickness(Reading("t", 5, 0), now)) == sick
