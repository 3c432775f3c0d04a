"""Where a request of an app's page came in: whose app it is, and which of its data it may be about."""

from dataclasses import dataclass
from typing import Any, cast, get_args
from uuid import UUID

from fastapi import Request

from contracts.app import app_id_flaw
from contracts.errors import BadEvent, Flaw
from contracts.tenant import DataEnv, tenant_of
from gateway.guard import header
from gateway.pages import network
from gateway.problem import Problem, unprocessable

#: Set by the origin, which the edge alone reaches; no client's header comes near it.
_KEY = "fleet.place"
_APP, _DATA, _ADDRESS = b"x-app-id", b"x-data-environment", b"x-edge-address"


@dataclass(frozen=True, slots=True)
class Place:
    """One app's data in one environment."""

    app_id: str
    data_env: DataEnv
    #: On the app's own host, where nobody comes to administer it.
    at_home: bool
    network: str | None
    #: What the client says besides: it must not be another app.
    named: str | None = None

    @property
    def tenant(self) -> UUID:
        """Return whose rows are meant."""
        return tenant_of(self.app_id, self.data_env)


def at_home(scope: Any, app_id: str, data_env: DataEnv) -> Any:
    """Return the request as one that came to the app's own host."""
    headers = scope["headers"]
    place = Place(app_id, data_env, True, network(header(headers, _ADDRESS)), header(headers, _APP))
    return {**scope, _KEY: place}


def place_of(request: Request) -> Place:
    """Return where a request came in; at the gateway itself its headers say so, and its token has to agree."""
    place: Place | None = request.scope.get(_KEY)
    if place is not None:
        return place
    headers = request.scope["headers"]
    app_id, data_env = header(headers, _APP), header(headers, _DATA) or "production"
    if app_id is None:
        raise Problem(400, "say which app this is for: X-App-ID")
    if app_id_flaw(app_id):
        raise Problem(404, f"there is no app {app_id!r}")
    if data_env not in get_args(DataEnv):
        raise unprocessable(BadEvent(Flaw("X-Data-Environment", "must be development or production")))
    client = request.scope.get("client") or ("",)
    return Place(app_id, cast(DataEnv, data_env), False, network(client[0]))
