"""A compiled body is wrapped in three places, which nothing but this holds together."""

import json
import re
from pathlib import Path

import pytest

from edge.registry import HEAD, PARAMETERS

EDGE = Path(__file__).parents[2] / "edge"


@pytest.mark.parametrize("wrapper", ["compiler/script.js", "preview/evaluate.js"])
def test_whoever_wraps_a_body_gives_its_parameters_the_same_names(wrapper: str) -> None:
    (listed,) = re.findall(r"const PARAMETERS = \[([^]]*?),\s*\]", (EDGE / wrapper).read_text())
    assert tuple(json.loads(f"[{listed}]")) == PARAMETERS


def test_one_line_stands_before_the_body() -> None:
    assert HEAD.count("\n") == 1
    assert HEAD.endswith("\n")
