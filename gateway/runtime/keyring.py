"""The keys of an app's tokens: made when it has its first user, kept sealed, and remembered for a moment."""

import secrets
import time
from dataclasses import dataclass

from edge.memory import Memory
from gateway.problem import Problem
from gateway.runtime.sealing import Sealer
from sql import app_keys
from sql.app_keys import Issuer
from sql.database import AsyncPool

_APPS = 10_000
#: A tier, an issuer or another gateway's new key is heard of within this.
_SECONDS, _AT_MOST_EVERY = 30.0, 1.0
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Ring:
    """What an app's tokens are checked with."""

    tier: str
    #: By name; the first signs.
    keys: dict[str, bytes]
    jwks_url: str | None
    secret: bytes | None
    read_at: float

    @property
    def newest(self) -> tuple[str, bytes]:
        """Return what signs, and its name."""
        return next(iter(self.keys.items()))


class Keyring:
    """Finds them."""

    def __init__(self, pool: AsyncPool, sealer: Sealer) -> None:
        self._pool, self._sealer = pool, sealer
        self._known: Memory[str, Ring] = Memory(_APPS)

    async def of(self, app_id: str, *, within: float = _SECONDS) -> Ring:
        """Return an app's keys; one that nobody created has none."""
        known = self._known.get(app_id)
        if known is not None and time.monotonic() - known.read_at < within:
            return known
        read_at = time.monotonic()
        async with self._pool.connection() as tx:
            found = await app_keys.read(tx, app_id)
        if found.tier is None:
            raise Problem(404, f"there is no app {app_id!r}")
        issuer = found.issuer or Issuer(None, None)
        keys = {key_id: self._sealer.open(sealed) for key_id, sealed in found.keys}
        secret = self._sealer.open(issuer.sealed) if issuer.sealed else None
        return self._known.put(app_id, Ring(found.tier, keys, issuer.jwks_url, secret, read_at))

    async def key(self, app_id: str, key_id: str) -> bytes | None:
        """Return a key by its name; one that is not known here may have been made elsewhere just now."""
        ring = await self.of(app_id)
        if key_id not in ring.keys:
            ring = await self.of(app_id, within=_AT_MOST_EVERY)
        return ring.keys.get(key_id)

    async def signing(self, app_id: str) -> tuple[str, bytes]:
        """Return what signs an app's tokens, and its name; make it where there is none."""
        ring = await self.of(app_id)
        if not ring.keys:
            async with self._pool.connection() as tx:
                sealed = self._sealer.seal(secrets.token_bytes(_KEY_BYTES))
                await app_keys.add(tx, app_id, secrets.token_hex(8), sealed, first=True)
            ring = await self.of(app_id, within=0)
        return ring.newest

    async def believe(self, app_id: str, *, jwks_url: str | None, secret: str | None) -> None:
        """Say whose tokens an app believes besides its own; nobody's where neither is given."""
        sealed = None if secret is None else self._sealer.seal(secret.encode())
        async with self._pool.connection() as tx:
            await app_keys.believe(tx, app_id, Issuer(jwks_url, sealed) if jwks_url or sealed else None)
        await self.of(app_id, within=0)
