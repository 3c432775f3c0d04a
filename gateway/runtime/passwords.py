"""Passwords of the apps' users: hashed by Argon2id, some at a time, and never told from no password by the clock."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from gateway.problem import try_later

#: What OWASP recommends at the least: 19 MiB and two passes.
_KIB, _PASSES = 19 * 1024, 2
_AT_ONCE, _MOST_WAITING = 2, 100
SHORTEST, LONGEST = 8, 256

T = TypeVar("T")


class Passwords:
    """Hashes and compares on threads, for it takes as long as it is meant to."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._decoy: str | None = None

    async def hashed(self, password: str) -> str:
        """Return what is written down of a password."""
        return await self._on_thread(_hash, password)

    async def fits(self, password: str, hashed: str | None) -> bool:
        """Tell whether it is the one; where there is none, find that out no sooner."""
        if hashed is None and self._decoy is None:
            self._decoy = await self._on_thread(_hash, secrets.token_hex(16))
        fitting = await self._on_thread(_fits, password, hashed or self._decoy or "")
        return fitting and hashed is not None

    async def _on_thread(self, work: Callable[..., T], *said: str) -> T:
        if self._waiting >= _MOST_WAITING:
            raise try_later("too many sign in at once", 2)
        self._waiting += 1
        try:
            async with self._room:
                return await asyncio.to_thread(work, *said)
        finally:
            self._waiting -= 1


def _hash(password: str) -> str:
    hashing = Argon2id(salt=secrets.token_bytes(16), length=32, iterations=_PASSES, lanes=1, memory_cost=_KIB)
    return hashing.derive_phc_encoded(password.encode())


def _fits(password: str, hashed: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), hashed)
    except InvalidKey:
        return False
    return True
