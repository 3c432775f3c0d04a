"""Who is blamed when a process fell that ran the scripts of many apps. Pure, but for the time that it is told.

Whoever ran there alone has done it: a strike. It rests, for longer each time. Where several ran, all are suspects for
a while: the most suspicious runs in a process of its own, the others in another, so that the next fall says more, and
hits nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

_RESTS = (10.0, 30.0, 120.0, 600.0)
_SUSPICIOUS_SECONDS = 60.0
_FORGOTTEN_SECONDS = 3_600.0
ALONE, APART = "apart-0", "apart-1"


@dataclass
class _Strikes:
    count: int
    cause: str
    rests_until: float


@dataclass
class _Suspicion:
    count: int
    until: float


@dataclass
class Judge:
    """Remembers falls, and what follows from them."""

    falls: dict[str, int] = field(default_factory=dict)
    strikes: dict[str, _Strikes] = field(default_factory=dict)
    _suspicions: dict[str, _Suspicion] = field(default_factory=dict)

    def fell(self, place: str, cause: str, there: Sequence[str], now: float) -> str | None:
        """Take note of a fall, and return who did it, where that is certain."""
        self.falls[place] = self.falls.get(place, 0) + 1
        self._forget(now)
        if len(there) == 1:
            self._strike(there[0], cause, now)
            return there[0]
        for script in there:
            self._suspect(script, now + _SUSPICIOUS_SECONDS)
        return None

    def orders(self, now: float) -> dict[str, dict[str, str] | dict[str, int]]:
        """Return who rests and why, and who runs apart from the others and where."""
        resting = {script: each.cause for script, each in self.strikes.items() if each.rests_until > now}
        suspects = [script for script, each in self._suspicions.items() if each.until > now and script not in resting]
        ranked = sorted(suspects, key=lambda script: (-self._suspicions[script].count, script))
        apart = {script: ALONE if rank == 0 else APART for rank, script in enumerate(ranked)}
        return {"resting": resting, "apart": apart, "falls": dict(self.falls)}

    def _strike(self, script: str, cause: str, now: float) -> None:
        count = self.strikes[script].count + 1 if script in self.strikes else 1
        rests_until = now + _RESTS[min(count, len(_RESTS)) - 1]
        self.strikes[script] = _Strikes(count, cause, rests_until)
        self._suspect(script, rests_until + _SUSPICIOUS_SECONDS)

    def _suspect(self, script: str, until: float) -> None:
        known = self._suspicions.get(script)
        self._suspicions[script] = _Suspicion(known.count + 1 if known else 1, until)

    def _forget(self, now: float) -> None:
        for script in [each for each, known in self._suspicions.items() if known.until <= now]:
            del self._suspicions[script]
        for script in [each for each, past in self.strikes.items() if past.rests_until + _FORGOTTEN_SECONDS <= now]:
            del self.strikes[script]
