"""Whose page comes in when many are here."""

from contextlib import ExitStack

import pytest

from contracts.settings import Settings
from gateway.pages import Page, Pages, network
from gateway.reader import Reader
from gateway.roster import Roster

HOME, OTHER = "8.8.8.8", "9.9.9.9"


class House:
    """A gateway's room, and who is in it."""

    def __init__(self, stack: ExitStack, **settings: int) -> None:
        self._settings = Settings.model_validate(settings)
        self._roster = Roster(self._settings.max_streams)
        self._pages, self._stack = Pages(self._roster, self._settings), stack

    def let_in(self, page: Page, times: int, *, until: ExitStack | None = None) -> int:
        """Try so many times, and return how many came in; they stay until the block ends."""
        return sum(self._comes_in(page, until or self._stack) for _ in range(times))

    def take(self, places: int) -> None:
        """Let holders of tokens take places."""
        for _ in range(places):
            self._roster.add(Reader.__new__(Reader))

    def _comes_in(self, page: Page, stack: ExitStack) -> bool:
        if not self._pages.have_room(page):
            return False
        stack.enter_context(self._pages.with_one_more(page))
        self.take(1)
        return True


def stranger(app_id: str = "demo", address: str | None = None) -> Page:
    return Page(app_id, has_pass=False, network=network(address))


def vouched(app_id: str = "demo", address: str | None = None) -> Page:
    return Page(app_id, has_pass=True, network=network(address))


def test_strangers_fill_an_apps_share_and_leave_its_editor_and_its_neighbours_theirs() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=20)
        assert house.let_in(stranger(), 20) == 5
        assert house.let_in(vouched(), 1) == 1
        assert house.let_in(stranger("other"), 1) == 1


def test_the_last_places_are_for_whoever_brings_a_token_or_a_pass() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=20)
        assert sum(house.let_in(stranger(f"app-{n}"), 20) for n in range(20)) == 17
        assert house.let_in(vouched("private"), 20) == 3
        assert house.let_in(vouched("another"), 20) == 0


def test_places_that_tokens_took_are_not_there_for_strangers() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=20)
        house.take(16)
        assert house.let_in(stranger(), 20) == 1
        assert house.let_in(vouched(), 20) == 3


def test_one_address_fills_its_own_share_alone() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=1_000, max_address_pages=4)
        assert sum(house.let_in(stranger(f"app-{n}", HOME), 2) for n in range(9)) == 4
        assert house.let_in(stranger("app-1", OTHER), 2) == 2
        assert house.let_in(vouched("app-1", HOME), 2) == 2


def test_what_stands_for_many_has_no_share_of_its_own() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=1_000, max_address_pages=4)
        assert house.let_in(stranger(address="127.0.0.1"), 9) == 9


def test_whoever_leaves_makes_room() -> None:
    with ExitStack() as stack:
        house = House(stack, max_streams=1_000, max_app_pages=3, max_address_pages=2)
        with ExitStack() as visit:
            assert house.let_in(stranger(address=HOME), 5, until=visit) == 2
        assert house.let_in(stranger(address=HOME), 5) == 2
        assert house.let_in(stranger(), 5) == 1


def test_ten_thousand_pages_come_in_as_things_are_set() -> None:
    with ExitStack() as stack:
        house = House(stack)
        assert sum(house.let_in(stranger(f"app-{n}"), 2_500) for n in range(4)) == 10_000


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        (HOME, HOME),
        ("2606:4700:1:2:3:4:5:6", "2606:4700:1:2::/64"),
        ("2606:4700:1:2:aaaa::", "2606:4700:1:2::/64"),
        ("::ffff:8.8.8.8", HOME),
        ("::ffff:10.0.0.1", None),
        ("127.0.0.1", None),
        ("172.17.0.1", None),
        ("fd00::1", None),
        ("", None),
        ("8.8.8.8, 9.9.9.9", None),
        (None, None),
    ],
)
def test_an_address_is_a_households_or_a_proxys(address: str | None, whose: str | None) -> None:
    assert network(address) == whose
