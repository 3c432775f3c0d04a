"""Whoever asks too often is told when to come back, and nobody else is."""

import pytest

from gateway.problem import Problem
from gateway.runtime.allowance import Allowances, Rate
from gateway.runtime.limits import Limits
from gateway.runtime.place import Place


def place(app_id: str, network: str | None = None) -> Place:
    return Place(app_id, "production", at_home=True, network=network)


def still() -> float:
    return 0


def admitted(limits: Limits, where: Place, tier: str, times: int) -> int:
    """Return how many of so many requests are let in."""
    refused = []
    for _ in range(times):
        try:
            limits.must_admit(where, tier)
        except Problem as problem:
            refused.append((problem.status, problem.headers["Retry-After"]))
    assert set(refused) <= {(429, "1")}
    return times - len(refused)


def test_an_allowance_comes_back_with_time_and_is_never_saved_up() -> None:
    now = [0.0]
    allowances, rate = Allowances(lambda: now[0]), Rate(2, 3)
    assert [allowances.wait("ann", rate) for _ in range(4)] == [0, 0, 0, 0.5]
    assert allowances.wait("bob", rate) == 0
    now[0] += 0.5
    assert [allowances.wait("ann", rate) for _ in range(2)] == [0, 0.5]
    now[0] += 1_000
    assert [allowances.wait("ann", rate) for _ in range(4)] == [0, 0, 0, 0.5]


@pytest.mark.parametrize(("tier", "times"), [("shared", 4), ("pro", 20), ("dedicated", 80), ("unheard-of", 4)])
def test_an_app_is_asked_as_often_as_its_tier_includes(tier: str, times: int) -> None:
    limits = Limits(2, still)
    assert admitted(limits, place("one"), tier, times + 20) == times
    assert admitted(limits, place("another"), tier, times) == times


def test_one_visitor_leaves_something_to_the_others() -> None:
    limits = Limits(10, still)
    assert admitted(limits, place("one", "192.0.2.1"), "shared", 15) == 10
    assert admitted(limits, place("one", "192.0.2.2"), "shared", 5) == 5
