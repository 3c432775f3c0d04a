"""Who is blamed when a process fell, and what follows."""

from edge.local.judge import ALONE, APART, Judge

WHY = "kept its processor busy without end"


def test_who_ran_alone_has_done_it_and_rests_longer_each_time() -> None:
    judge = Judge()
    assert judge.fell("runner-0", WHY, ["bad"], 0) == "bad"
    assert judge.orders(9)["resting"] == {"bad": WHY}
    assert judge.orders(11) == {"resting": {}, "apart": {"bad": ALONE}, "falls": {"runner-0": 1}}
    judge.fell(ALONE, WHY, ["bad"], 20)
    assert judge.orders(49)["resting"] == {"bad": WHY}
    assert judge.strikes["bad"].count == 2


def test_of_many_the_one_that_is_there_each_time_is_found_and_nobody_else_blamed() -> None:
    judge, good, now = Judge(), ["one", "other", "third"], 0.0
    for _ in range(6):
        now += 1
        apart = judge.orders(now)["apart"]
        place = apart.get("bad", "runner-0")
        there = ["bad", *(each for each in good if apart.get(each, "runner-0") == place)]
        if judge.fell(str(place), WHY, there, now):
            break
    assert list(judge.strikes) == ["bad"]
    assert judge.orders(now)["resting"] == {"bad": WHY}


def test_suspects_go_back_to_the_others_when_nothing_happens() -> None:
    judge = Judge()
    judge.fell("runner-1", WHY, ["one", "other"], 0)
    assert judge.orders(59)["apart"] == {"one": ALONE, "other": APART}
    assert judge.orders(61)["apart"] == {}


def test_a_fall_in_which_nobody_was_seen_blames_nobody() -> None:
    judge = Judge()
    assert judge.fell("keeper", WHY, [], 0) is None
    assert judge.orders(0) == {"resting": {}, "apart": {}, "falls": {"keeper": 1}}


def test_what_was_long_ago_is_forgotten() -> None:
    judge = Judge()
    judge.fell("runner-0", WHY, ["bad"], 0)
    judge.fell("runner-0", WHY, [], 4_000)
    assert judge.strikes == {}
