"""The fleet that is running: where it listens, and the tokens to speak to it with."""

import time
from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import SecretStr, ValidationError

from contracts.app import app_id_flaw
from contracts.settings import Settings
from gateway import tokens
from gateway.cli import root
from gateway.cli.console import Trouble

START_IT = "start it with `make up`"
_TOKEN_SECONDS = 3_600
_EVERYWHERE = ("0.0.0.0", "[::]")


@dataclass(frozen=True)
class Fleet:
    """What the environment and `$FLEET_HOME/env` say, the environment first."""

    settings: Settings

    @property
    def url(self) -> str:
        """Return the gateway's URL."""
        host, _, port = self.settings.http.rpartition(":")
        return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}"

    def token(self, role: str, apps: tuple[str, ...], ttl: float = _TOKEN_SECONDS, *, stream: bool = False) -> str:
        """Return a fresh token."""
        secret = self.secret("jwt_secret")
        return tokens.mint(secret, role=role, apps=apps, ttl=ttl, stream=stream, subject="fleet-cli")

    def secret(self, name: str) -> str:
        """Return a secret setting that is needed now."""
        value: SecretStr | None = getattr(self.settings, name)
        if value is None:
            raise Trouble(f"FLEET_{name.upper()} is not known here: {START_IT}, or set it to that of your fleet")
        return value.get_secret_value()

    def client(self, role: str, app_id: str) -> httpx.AsyncClient:
        """Return a client that acts in a role on one app, or on all."""
        return httpx.AsyncClient(base_url=self.url, auth=_Fresh(self, role, app_id), timeout=30, trust_env=False)


class _Fresh(httpx.Auth):
    """Signs each request with a token that is not about to expire."""

    def __init__(self, fleet: Fleet, role: str, app_id: str) -> None:
        self._fleet, self._role, self._apps = fleet, role, (app_id,)
        self._token, self._until = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        if time.monotonic() > self._until:
            self._token = self._fleet.token(self._role, self._apps)
            self._until = time.monotonic() + _TOKEN_SECONDS / 2
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def find() -> Fleet:
    """Find the fleet of this FLEET_HOME."""
    try:
        return Fleet(root.settings())
    except ValidationError as error:
        wrong = "; ".join(f"FLEET_{str(flaw['loc'][0]).upper()}: {flaw['msg']}" for flaw in error.errors())
        raise Trouble(wrong, 2) from None


def checked_app(app_id: str) -> str:
    """Return the name of an app, or say why it cannot be one."""
    if flaw := app_id_flaw(app_id):
        raise Trouble(f"--app: {flaw}", 2)
    return app_id


def unreachable(fleet: Fleet) -> Trouble:
    """Return what to say when nothing answers."""
    return Trouble(f"nothing answers at {fleet.url}: {START_IT}")


class Refused(Trouble):
    """The gateway said no."""

    def __init__(self, text: str, *, answer: int) -> None:
        super().__init__(text)
        self.answer = answer


def problem(response: httpx.Response) -> Refused:
    """Return what the gateway said went wrong; its body must have been read."""
    try:
        said = response.json()
        reasons = [f"{flaw['field']}: {flaw['reason']}" for flaw in said.get("errors", ())]
        text = "; ".join(reasons) or said.get("detail") or said.get("title")
    except (ValueError, AttributeError, TypeError, KeyError):
        text = None
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        text = f"{text or 'the token is refused'} - is FLEET_JWT_SECRET that of the fleet at {response.url.host}?"
    return Refused(text or f"the gateway answered {response.status_code}", answer=response.status_code)


async def get(fleet: Fleet, path: str, app_id: str = "*", role: str = "viewer") -> Any:
    """Fetch JSON."""
    async with fleet.client(role, app_id) as client:
        try:
            response = await client.get(path)
        except httpx.TransportError:
            raise unreachable(fleet) from None
        if response.is_error:
            raise problem(response)
        return response.json()
