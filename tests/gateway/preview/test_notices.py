"""Pages of our own say what is the matter, and call nothing broken that has not begun."""

import json
from dataclasses import asdict

import pytest

from edge.drawing import YET_TO_BEGIN
from edge.graph import Problem
from gateway.preview.notices import waiting
from sql.pages import Access, Page


def shown(problem: Problem | None) -> Page:
    failure = None if problem is None else json.dumps(asdict(problem))
    return Page(1, "failed", "{}", failure, Access(private=True, frame_ancestors=()), ())


@pytest.mark.parametrize("problem", [None, *YET_TO_BEGIN], ids=["nothing", "no page", "no module"])
def test_an_app_that_has_yet_to_begin_is_not_called_broken(problem: Problem | None) -> None:
    assert waiting("e", shown(problem), "").title == "Nothing to see yet"


def test_a_file_that_does_not_compile_is_named_and_can_do_no_harm() -> None:
    notice = waiting("e", shown(Problem("src/<App>.tsx", "Expected </script>", 3, 4, "<b>")), "")
    assert notice.title == "The app does not compile yet"
    assert "src/&lt;App&gt;.tsx:3" in notice.says
    assert "<b>" not in notice.says
