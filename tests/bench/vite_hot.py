"""Edits of an app that is shown, by one side after the other; the next round, the other way round."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count

from playwright.sync_api import Browser

from tests.bench.app_edits import KINDS, Edit, Kind
from tests.bench.figures import Bar, Findings
from tests.bench.vite_page import Look
from tests.bench.vite_race import Race
from tests.bench.vite_sides import Side

ROUNDS, SAMPLES, RELOADS = 10, 3, 2
RELOAD = "the page loaded again → rendered"
_SHOWN = (Bar("p50", 20), Bar("p95", 50), Bar("ratio", 2, at_least=True))
_AHEAD = (Bar("ratio", 2, at_least=True),)
_TOLD = (Bar("p50", 30),)
_BARS = dict(zip((kind.names for kind in KINDS), (_SHOWN, _AHEAD, (), (), (), _TOLD), strict=True))


def hot(
    ours: Side,
    theirs: Side,
    browser: Browser,
    findings: Findings,
    few: Callable[[int], int],
    *,
    files: Mapping[str, str],
    of: str = "",
) -> None:
    """Edit in every way, in turns; the first round warms everything up and is not counted.

    `of` names another app than the one that the bars are for.
    """
    race, numbers = Race(), count(1)
    sides = [(True, ours, Look(browser.new_context())), (False, theirs, Look(browser.new_context()))]
    for _, side, look in sides:
        look.go(side.url)
        look.rendered()
    for turn in range(few(ROUNDS) + 1):
        heard = race if turn else Race()
        for kind in KINDS:
            for is_ours, side, look in sides:
                for _ in range(SAMPLES):
                    _edited(heard, kind, kind.edits(files, next(numbers)), side, look, ours=is_ours)
        for is_ours, _side, look in sides:
            for _ in range(RELOADS):
                heard.ran(RELOAD, look.reloaded(), ours=is_ours)
        sides.reverse()
    for kind in KINDS:
        for name in kind.names:
            race.tell(findings, name, *(() if of else _BARS[kind.names]), of=of)
    race.tell(findings, RELOAD, of=of)


def _edited(race: Race, kind: Kind, edits: Sequence[Edit], side: Side, look: Look, *, ours: bool) -> None:
    """Take a sample of one kind on one side, and see that the page has kept its state."""
    for name, edit in zip(kind.names, edits, strict=True):
        counted = look.count()
        took = look.timed(partial(side.write, edit.path, edit.text), edit.look, edit.shows)
        if took is None:
            race.failed(name, "never shown", ours=ours)
        else:
            race.ran(name, took, ours=ours)
        if look.count() != counted + 1:
            race.failed(name, "state lost", ours=ours)
