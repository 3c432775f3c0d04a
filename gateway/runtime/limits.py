"""How often an app is asked, and by one visitor: what a tier includes, and what nobody needs who is a person."""

import time
from collections.abc import Callable

from gateway.runtime.allowance import Allowances, Rate
from gateway.runtime.place import Place

_TIMES = {"shared": 1, "pro": 5, "dedicated": 20}
_SECONDS_AT_ONCE = 2
#: One visitor leaves half of an app's allowance to the others.
_VISITORS_PART = 2
#: Where a browser is behind no address of its own, many share it.
_GUESSES, _NEW_USERS, _CROWD = Rate(0.1, 20), Rate(0.2, 30), Rate(5, 100)


class Limits:
    """Refuses what is too much, and says when to come back."""

    def __init__(self, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second = a_second
        self._allowances = Allowances(clock)

    def must_admit(self, place: Place, tier: str) -> None:
        """Count a request for an app's rows."""
        a_second = self._a_second * _TIMES.get(tier, 1)
        if place.network is not None:
            visitors = Rate(a_second / _VISITORS_PART, a_second * _SECONDS_AT_ONCE / _VISITORS_PART)
            self._allowances.must_admit((place.app_id, place.network), visitors, "you ask too often")
        rate = Rate(a_second, a_second * _SECONDS_AT_ONCE)
        self._allowances.must_admit(place.app_id, rate, f"this app is asked more than its tier, {tier}, includes")

    def must_be_no_guess(self, place: Place, email: str) -> None:
        """Count somebody's trying a password."""
        detail = "too many passwords were tried"
        self._allowances.must_admit(("guess", place.app_id, place.data_env, email), _GUESSES, detail)
        self._allowances.must_admit(*self._visitor("guess", place), detail)

    def must_be_no_flood(self, place: Place, what: str) -> None:
        """Count a new user, or a renewed session."""
        self._allowances.must_admit(*self._visitor(what, place), "too many come in at once")

    def _visitor(self, what: str, place: Place) -> tuple[tuple[str, ...], Rate]:
        if place.network is None:
            return (what, place.app_id), _CROWD
        return (what, place.app_id, place.network), _NEW_USERS
