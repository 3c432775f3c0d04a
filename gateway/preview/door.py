"""The way to the origin through the gateway's own port, for the preview worker on Cloudflare: it shows a key."""

import hmac
from typing import Any

import structlog
from pydantic import SecretStr

from gateway.front import Application
from gateway.guard import header
from gateway.problem import Problem
from gateway.visit import Visit

log = structlog.get_logger()

_KEY = b"x-edge-key"


class Door:
    """Whoever shows the key is believed to be the edge; whoever shows none is somebody for the gateway."""

    def __init__(self, gateway: Application, origin: Application, key: SecretStr) -> None:
        self._gateway, self._origin, self._key = gateway, origin, key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send one request where it belongs."""
        shown = header(scope["headers"], _KEY) if scope["type"] == "http" else None
        if shown is None:
            await self._gateway(scope, receive, send)
        elif self._opens(shown):
            await self._origin(scope, receive, send)
        else:
            log.warning("origin_key_refused", client=(scope.get("client") or ("",))[0])
            await Visit(send, []).refuse(Problem(403, "this is not the key of the previews' origin"))

    def _opens(self, shown: str) -> bool:
        """Compare in a time that tells nothing."""
        return hmac.compare_digest(shown.encode("latin-1"), self._key.get_secret_value().encode())
