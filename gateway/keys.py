"""The keys that tokens are checked with: one shared secret, or the public keys of an issuer.

Which algorithm a key is good for is decided here and never by the token.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
import structlog

from contracts.settings import Settings

log = structlog.get_logger()

_ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
_REFRESH_AFTER = 300.0
_REFRESH_AT_MOST_EVERY = 10.0
_PATIENCE = 5.0


class KeysAway(Exception):
    """The issuer's keys have never been reached, so nobody can be told from anybody."""


class UnknownKey(Exception):
    """No key of ours could have signed this."""


class Keys:
    """Finds the key for a token; the issuer being away does not forget the keys it gave."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.jwt_secret
        self._url = settings.jwks_url
        self._public: dict[tuple[str, str], jwt.PyJWK] | None = None
        self._fetched = self._tried = float("-inf")
        self._refreshing = asyncio.Lock()

    async def find(self, header: Mapping[str, Any]) -> tuple[Any, str]:
        """Return a key and the one algorithm it is good for."""
        algorithm, kid = str(header.get("alg")), header.get("kid")
        if algorithm == "HS256" and self._secret is not None:
            return self._secret.get_secret_value(), "HS256"
        if algorithm not in _ALGORITHMS.values() or self._url is None:
            raise UnknownKey(f"tokens signed with {algorithm} are not accepted here")
        key = self._known(algorithm, kid)
        if key is None or time.monotonic() - self._fetched > _REFRESH_AFTER:
            await self._refresh()
            key = self._known(algorithm, kid)
        if key is None:
            if self._public is None:
                raise KeysAway
            raise UnknownKey("the token's key is not one of the issuer's")
        return key, algorithm

    def _known(self, algorithm: str, kid: Any) -> jwt.PyJWK | None:
        """Return the key of that name; a token may leave the name out where there is only one."""
        if self._public is None:
            return None
        if kid is not None:
            return self._public.get((algorithm, str(kid)))
        fitting = [key for (good_for, _kid), key in self._public.items() if good_for == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self) -> None:
        """Fetch the keys, not more often than a flood of made-up key names should make us."""
        async with self._refreshing:
            if self._url is not None and time.monotonic() - self._tried >= _REFRESH_AT_MOST_EVERY:
                await self._fetch(self._url)

    async def _fetch(self, url: str) -> None:
        self._tried = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
                answer = await client.get(url)
            answer.raise_for_status()
            self._public = read_keys(answer.json())
            self._fetched = time.monotonic()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("keys_not_fetched", error=repr(error))


def read_keys(document: Any) -> dict[tuple[str, str], jwt.PyJWK]:
    """Return what can check signatures, by algorithm and name; anything else in the set is passed over."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a JSON Web Key Set")  # noqa: TRY004 - what is wrong is the document
    found: dict[tuple[str, str], jwt.PyJWK] = {}
    for number, entry in enumerate(listed):
        algorithm = _ALGORITHMS.get(str(entry.get("kty"))) if isinstance(entry, dict) else None
        if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
            continue
        try:
            found[algorithm, str(entry.get("kid", number))] = jwt.PyJWK(entry, algorithm)
        except jwt.PyJWTError as error:
            log.warning("key_passed_over", error=repr(error))
    return found
