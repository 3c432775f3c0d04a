"""Seals what the database keeps for us and must not be able to read: keys that sign, secrets that others entrusted."""

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from contracts.settings import Settings
from gateway.problem import Problem

_LOST = "a key of this app cannot be read: FLEET_SECRETS_KEYS is not what it was when the key was made"
_NONE = "this gateway has nothing to seal keys with: set FLEET_SECRETS_KEYS"


def derived(settings: Settings, purpose: bytes) -> bytes | None:
    """Return a key that all gateways of a fleet derive alike from what they share, if they share anything secret."""
    secret = settings.jwt_secret
    if secret is None and settings.database_url and urlsplit(settings.database_url.get_secret_value()).password:
        secret = settings.database_url
    return None if secret is None else hmac.new(secret.get_secret_value().encode(), purpose, hashlib.sha256).digest()


class Sealer:
    """Seals with the newest key of the ring, and opens with any; what was derived before there was a ring is last."""

    def __init__(self, settings: Settings) -> None:
        named = settings.secrets_keys.get_secret_value().split(",") if settings.secrets_keys else []
        keys = [Fernet(each.strip()) for each in named if each.strip()]
        if own := derived(settings, b"fleet secrets"):
            keys.append(Fernet(base64.urlsafe_b64encode(own)))
        self._ring = MultiFernet(keys) if keys else None

    def seal(self, secret: bytes) -> str:
        """Return what may be written down."""
        if self._ring is None:
            raise Problem(503, _NONE)
        return self._ring.encrypt(secret).decode()

    def open(self, sealed: str) -> bytes:
        """Return what was sealed."""
        try:
            return self._ring.decrypt(sealed) if self._ring else _refused(_NONE)
        except InvalidToken:
            return _refused(_LOST)


def _refused(reason: str) -> bytes:
    raise Problem(503, reason)
