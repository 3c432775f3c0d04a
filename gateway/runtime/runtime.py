"""What previewed and deployed apps call, put together: the same routes at the gateway and on every app's own host."""

from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from actors.runtime.telemetry import Metrics
from contracts.settings import Settings
from edge.egress import Egress
from gateway import problems
from gateway.guard import Guard
from gateway.preview.told import Teller
from gateway.runtime import client
from gateway.runtime.auth_routes import AuthRoutes
from gateway.runtime.callers import Reception
from gateway.runtime.entity_routes import EntityRoutes
from gateway.runtime.issuers import Issuers
from gateway.runtime.keyring import Keyring
from gateway.runtime.limits import Limits
from gateway.runtime.membership import Membership
from gateway.runtime.passwords import Passwords
from gateway.runtime.rows import Rows
from gateway.runtime.sealing import Sealer
from gateway.runtime.sign_in import SignIn
from gateway.runtime.violations import Violations
from sql.database import AsyncPool


@dataclass(frozen=True, slots=True)
class Connections:
    """The gateway's own to Postgres, and those that have no right but to ask for the rows of who asks."""

    pool: AsyncPool
    tenants: AsyncPool


@dataclass(frozen=True, slots=True)
class Runtime:
    """The runtime API of all apps."""

    keyring: Keyring
    auth: AuthRoutes
    entities: EntityRoutes
    tenants: AsyncPool

    @classmethod
    def on(
        cls, settings: Settings, connections: Connections, guard: Guard, teller: Teller, metrics: Metrics
    ) -> "Runtime":
        """Put it on a gateway's connections."""
        pool = connections.pool
        keyring, membership = Keyring(pool, Sealer(settings)), Membership(settings)
        violations = Violations(pool, teller, metrics)
        issuers = Issuers(Egress.from_settings(settings))
        reception = Reception(pool, guard, keyring, issuers, membership, violations)
        sign_in = SignIn(pool, keyring, membership, Passwords())
        limits = Limits(settings.max_app_requests)
        rows = Rows(pool, connections.tenants, violations, metrics.db_seconds)
        entities = EntityRoutes(reception, rows, limits)
        return cls(keyring, AuthRoutes(reception, sign_in, limits), entities, connections.tenants)

    def router(self) -> APIRouter:
        """Return its routes."""
        routes = APIRouter()
        routes.include_router(self.auth.router())
        routes.include_router(self.entities.router())
        routes.include_router(client.router())
        return routes

    def alone(self) -> FastAPI:
        """Return it as an application of its own, for the apps' own hosts."""
        web = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, exception_handlers=problems.HANDLERS)
        web.include_router(self.router())
        return web
