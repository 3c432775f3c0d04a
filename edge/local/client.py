"""How the fleet asks the edge on this machine how an app fares there."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

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
        connection = _Connection(self._folder)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return json.load(answer) if answer.status == HTTPStatus.OK else None
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()


class _Connection(HTTPConnection):
    """A connection to the edge's own socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__("edge", timeout=_SECONDS)
        self._folder = folder

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_SECONDS)
        with near(self._folder) as short:
            self.sock.connect(str(short / SOCKET))
