"""What lets a browser in: a ticket in a link, the cookie it is exchanged for, and a page's nonce.

All three are signed, and each is good for one app and for one purpose: a ticket is no cookie, and neither is a token
of the gateway, whose audiences are others.
"""

import hashlib
import hmac
import secrets
import time
from urllib.parse import urlsplit

import jwt

from contracts.settings import Settings

TICKET_SECONDS = 60
COOKIE_SECONDS = 12 * 3600
#: A page is given another with each stream, and no stream lasts half as long.
NONCE_SECONDS = 4 * 3600
_ALGORITHM = "HS256"
_TICKET, _COOKIE, _NONCE = "fleet-preview", "fleet-preview-cookie", "fleet-preview-nonce"

#: Over TLS one cookie does. On plain localhost one is for the app's own tab, in any browser; the other is for an
#: editor's frame, in browsers that take localhost for a safe place. Each browser drops what it does not take.
_SAFE_NAME, _PLAIN_NAME, _FRAMED_NAME = "__Host-fleet_preview", "fleet_preview", "fleet_preview_framed"
_EVERYWHERE = "Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
_NEAR = "Path=/; HttpOnly; SameSite=Lax"


def signing_key(settings: Settings) -> bytes:
    """Return a key that all gateways of a fleet derive alike."""
    secret = settings.jwt_secret
    if secret is None and settings.database_url and urlsplit(settings.database_url.get_secret_value()).password:
        secret = settings.database_url
    if secret is None:  # then a gateway knows only its own
        return secrets.token_bytes(32)
    return hmac.new(secret.get_secret_value().encode(), b"fleet preview", hashlib.sha256).digest()


class Passes:
    """Signs and checks."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ticket(self, app_id: str) -> str:
        """Return what a link carries for a minute."""
        return self._sign(_TICKET, app_id, TICKET_SECONDS)

    def takes(self, ticket: str, app_id: str) -> bool:
        """Tell whether a ticket lets its bearer in."""
        return self._expiry(ticket, _TICKET, app_id) is not None

    def gave(self, ticket: str, app_id: str) -> bool:
        """Tell whether a ticket let its bearer in once: it is too late for it, but it is no guess."""
        return self._expiry(ticket, _TICKET, app_id, late=True) is not None

    def cookies(self, app_id: str, *, safe: bool) -> list[str]:
        """Return the values of Set-Cookie."""
        value = self._sign(_COOKIE, app_id, COOKIE_SECONDS)
        kinds = [(_SAFE_NAME, _EVERYWHERE)] if safe else [(_PLAIN_NAME, _NEAR), (_FRAMED_NAME, _EVERYWHERE)]
        return [f"{name}={value}; Max-Age={COOKIE_SECONDS}; {attributes}" for name, attributes in kinds]

    def expiry(self, cookies: str, app_id: str, *, safe: bool) -> float | None:
        """Return until when a browser's cookies admit it, if they do."""
        names = (_SAFE_NAME,) if safe else (_PLAIN_NAME, _FRAMED_NAME)
        for cookie in cookies.split(";"):
            name, _equals, value = cookie.strip().partition("=")
            if name in names and (expires := self._expiry(value, _COOKIE, app_id)) is not None:
                return expires
        return None

    def nonce(self, app_id: str) -> str:
        """Return what an app's page sends along with whatever it reports, for some hours."""
        return self._sign(_NONCE, app_id, NONCE_SECONDS)

    def is_nonce(self, text: str, app_id: str) -> bool:
        """Tell whether a report comes from a page of the app."""
        return self._expiry(text, _NONCE, app_id) is not None

    def _sign(self, audience: str, app_id: str, seconds: int) -> str:
        claims = {"aud": audience, "sub": app_id, "exp": int(time.time()) + seconds}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _expiry(self, token: str, audience: str, app_id: str, *, late: bool = False) -> float | None:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=audience,
                subject=app_id,
                options={"require": ["exp", "sub", "aud"], "verify_exp": not late},
            )
        except (jwt.PyJWTError, ValueError, OverflowError):
            return None
        return float(claims["exp"])
