"""What the fleet says of itself."""

from actors.fleet import FLEET, consumed
from contracts.catalog import ASKED, UNHEARD


def test_nothing_that_may_be_asked_for_is_published_into_the_void() -> None:
    assert {event.kind for event in ASKED} <= consumed()


def test_nothing_that_an_actor_waits_for_is() -> None:
    assert {event.kind for actor in FLEET for event in actor.on} <= consumed()


def test_every_actor_has_a_name_of_its_own() -> None:
    names = [actor.name for actor in FLEET]
    assert len(names) == len(set(names))


def test_what_nobody_hears_yet_is_known_as_such() -> None:
    assert set(ASKED) - {event for actor in FLEET for event in actor.on} == UNHEARD
