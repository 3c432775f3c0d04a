"""Names of apps: they become host names, so the rules of host names hold, and a few of ours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.app import RESERVED, AppCreated, app_id_flaw

SPECIFIED = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")


@pytest.mark.parametrize("app_id", ["a", "7", "demo", "my-shop-2", "x" * 40, "previews", "prism"])
def test_an_ordinary_name_has_no_flaw(app_id: str) -> None:
    assert app_id_flaw(app_id) is None


@pytest.mark.parametrize(
    "app_id",
    ["", "-a", "a-", "A", "a_b", "a.b", "a b", "é", "x" * 41, "demo\n", "٣", "a--b", "preview-a", "pr-1", "xn--a"],
)
def test_a_name_that_a_host_cannot_bear_is_refused_with_the_reason(app_id: str) -> None:
    assert app_id_flaw(app_id)


def test_the_names_that_a_zone_keeps_for_itself_are_refused() -> None:
    assert {app_id_flaw(app_id) for app_id in RESERVED} == {"is a reserved name"}


@given(st.text("abz09-_.AÄ\n", max_size=42))
def test_what_passes_is_what_the_specification_says(app_id: str) -> None:
    if app_id_flaw(app_id) is None:
        assert SPECIFIED.fullmatch(app_id)
        assert "--" not in app_id


def test_a_strategy_is_a_word_or_targets_by_role() -> None:
    assert AppCreated.parse({"strategy": "manual"}).strategy == "manual"
    assert AppCreated.parse({"strategy": {"primary": "cloudflare"}}).strategy == {"primary": "cloudflare"}
