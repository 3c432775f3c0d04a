"""Tokens that others sign for an app: an issuer with public keys, or a Supabase project with a shared secret.

Such a token is for the app if its audience says so, or, in Supabase's shape, its `app_metadata.app_id`: an issuer may
serve many apps, and the token of one is nobody's in another.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import jwt

from edge.egress import Egress, Forbidden, Unreachable
from edge.memory import Memory
from gateway.keys import read_keys
from gateway.problem import try_later
from gateway.runtime.end_tokens import Invalid, Unread, audience, checked
from gateway.runtime.keyring import Ring

_SUPABASE = "authenticated"
_URLS = 1_000
_KEEP, _AT_MOST_EVERY = 300.0, 10.0
_SECONDS, _BYTES = 5.0, 256 * 1024
_LONGEST_SUBJECT = 255
_ASYMMETRIC = frozenset({"RS256", "ES256"})
#: Not a person of the app: whoever signs in as the service does so with a token of the fleet's.
_NO_PERSON = frozenset({"anon", "service_role"})

Keys = dict[tuple[str, str], jwt.PyJWK]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody whom an app's own issuer knows."""

    subject: str
    tenant: str | None


class Issuers:
    """Checks them."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._keys: Memory[str, tuple[float, Keys]] = Memory(_URLS)

    async def read(self, token: str, unread: Unread, ring: Ring, app_id: str) -> Vouched:
        """Return whom a token is about."""
        key = await self._key(unread, ring)
        whom = [audience(app_id), _SUPABASE]
        return _vouched(checked(token, key, unread.algorithm, whom, ["exp", "sub", "aud"]), app_id)

    async def _key(self, unread: Unread, ring: Ring) -> Any:
        if unread.algorithm == "HS256" and ring.secret is not None:
            return ring.secret
        if unread.algorithm not in _ASYMMETRIC or ring.jwks_url is None:
            raise Invalid("the token is signed by nobody whom this app believes")
        read_at, keys = self._keys.get(ring.jwks_url) or (0.0, {})
        age = time.monotonic() - read_at
        if age > _KEEP or (age > _AT_MOST_EVERY and _find(keys, unread) is None):
            keys = await self._fetched(ring.jwks_url, keys)
        found = _find(keys, unread)
        if found is None:
            raise Invalid("the token's key is not one of its issuer's")
        return found

    async def _fetched(self, url: str, known: Keys) -> Keys:
        """Fetch the keys; while the issuer is away, those that it gave before hold."""
        try:
            page = await asyncio.to_thread(self._egress.get, url, seconds=_SECONDS, most=_BYTES)
            keys = read_keys(json.loads(page.body))
        except (Forbidden, Unreachable, ValueError):
            self._keys.put(url, (time.monotonic() - _KEEP + _AT_MOST_EVERY, known))
            if not known:
                raise try_later("the keys of this app's issuer cannot be reached", 5) from None
            return known
        self._keys.put(url, (time.monotonic(), keys))
        return keys


def _find(keys: Keys, unread: Unread) -> jwt.PyJWK | None:
    if unread.key_id is not None:
        return keys.get((unread.algorithm, unread.key_id))
    fitting = [key for (algorithm, _kid), key in keys.items() if algorithm == unread.algorithm]
    return fitting[0] if len(fitting) == 1 else None


def _vouched(claims: dict[str, Any], app_id: str) -> Vouched:
    about = claims.get("app_metadata")
    about = about if isinstance(about, dict) else {}
    if claims.get("role") in _NO_PERSON:
        raise Invalid(f"a token of the role {claims['role']} is nobody's who signed in")
    if about.get("app_id", app_id) != app_id or (claims["aud"] == _SUPABASE and "app_id" not in about):
        raise Invalid("the token is for another app: its audience or app_metadata.app_id has to name this one")
    subject, tenant = claims["sub"], about.get("tenant_id")
    if not subject or subject == "*" or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise Invalid("the token's subject cannot be somebody's name")
    return Vouched(subject, None if tenant is None else str(tenant))
