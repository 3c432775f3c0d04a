"""How the fleet asks the edge on this machine how an app fares there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from edge.local.shelf import script_name
from edge.local.sockets import near

SOCKET = "house.sock"
_SECONDS = 3.0
_NOTHING: Mapping[str, int] = {"requests": 0, "errors": 0, "exceptions": 0}


@dataclass(frozen=True)
class Counts:
    """What became of the requests that a release was asked to answer."""

    requests: int
    errors: int  # answers of 500 and above, and none at all
    exceptions: int  # of these: its script threw, or could not be loaded
    strikes: int  # how often it took its whole process along


@dataclass(frozen=True)
class Health:
    """How an app's releases fare in one environment, since the edge began to count."""

    since: str  # another word for another beginning
    left_out: str | None  # why nobody is let in to its script at the moment
    _counted: Mapping[str, Mapping[str, int]]
    _strikes: Mapping[str, int]

    def of(self, release_id: str) -> Counts:
        """Return how one of them fares."""
        found = next((each for name, each in self._counted.items() if name.endswith(f"/{release_id}")), _NOTHING)
        strikes = [count for name, count in self._strikes.items() if name.endswith(script_name("", release_id))]
        return Counts(found["requests"], found["errors"], found["exceptions"], sum(strikes))


class LocalEdge:
    """The edge whose home this is."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "run"

    def health(self, environment: str, app_id: str) -> Health | None:
        """Return how an app fares, or nothing while the edge is away."""
        found: dict[str, Any] | None = self._ask(f"/health/{environment}/{app_id}")
        return None if found is None else Health(found["since"], found["left_out"], found["releases"], found["strikes"])

    def logs(self, app_id: str, *, after: int = 0, environment: str = "") -> list[dict[str, Any]] | None:
        """Return what an app's scripts said after a certain line, or nothing while the edge is away."""
        found: list[dict[str, Any]] | None = self._ask(f"/logs/{app_id}?after={after}&environment={environment}")
        return found

    def _ask(self, path: str) -> Any:
        try:
            with near(self._folder) as short:
                transport = httpx.HTTPTransport(uds=str(short / SOCKET))
                with httpx.Client(transport=transport, base_url="http://edge", timeout=_SECONDS) as client:
                    answer = client.get(path)
        except (OSError, httpx.TransportError):
            return None
        return answer.json() if answer.is_success else None
