"""Signs an app's users in and out: sessions whose tokens last an hour, renewed by tokens that are good once."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation

from gateway.problem import Problem
from gateway.runtime import end_tokens
from gateway.runtime.callers import EndCaller
from gateway.runtime.end_tokens import ACCESS_SECONDS, REFRESH_DAYS, EndToken, unauthorized
from gateway.runtime.keyring import Keyring
from gateway.runtime.membership import Membership
from gateway.runtime.passwords import Passwords
from gateway.runtime.place import Place
from sql import end_users
from sql.database import AsyncPool, AsyncTx, enter
from sql.end_users import EndUser, Session

_TAKEN = "somebody has signed up with this address already"
_WRONG = "the address or the password is wrong"


@dataclass(frozen=True, slots=True)
class Begun:
    """A session, and what renews it."""

    session_id: UUID
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sessions of all apps."""

    pool: AsyncPool
    keyring: Keyring
    membership: Membership
    passwords: Passwords

    async def sign_up(self, place: Place, email: str, password: str, caller: EndCaller) -> dict[str, Any]:
        """Add a user; somebody who was here without a name keeps what they wrote."""
        await self.keyring.signing(place.app_id)
        hashed = await self.passwords.hashed(password)
        if caller.nameless and caller.session_id:
            return await self._named(place, UUID(caller.subject), email, hashed)
        return await self._added(place, email, hashed)

    async def anonymous(self, place: Place) -> dict[str, Any]:
        """Add a user without a name."""
        return await self._added(place, None, None)

    async def sign_in(self, place: Place, email: str, password: str) -> dict[str, Any]:
        """Begin a session of somebody who knows the password; that there is no such user is told by nothing."""
        await self.keyring.signing(place.app_id)
        async with self.pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, place.app_id)
            user = await end_users.by_email(tx, place.app_id, place.data_env, email)
        if not await self.passwords.fits(password, user.password if user else None) or user is None:
            raise unauthorized(_WRONG)
        async with self.pool.connection() as tx, tx.transaction():
            await enter(tx, place.app_id)
            begun = await _begin(tx, place, user)
        return await self._answer(place, user, begun)

    async def refresh(self, place: Place, token: str) -> dict[str, Any]:
        """Renew a session; a token that comes again ends it."""
        await self.keyring.signing(place.app_id)
        fresh = end_tokens.refresh_token()
        async with self.pool.connection() as tx, tx.transaction():
            await enter(tx, place.app_id)
            old, new = end_tokens.digest(token), end_tokens.digest(fresh)
            found = await end_users.refresh(tx, place.app_id, place.data_env, old, new)
            user = await end_users.by_id(tx, place.app_id, place.data_env, found.user_id) if found else None
        if found is None or user is None:
            raise unauthorized("the refresh token is not valid, or its session has ended: sign in again")
        if found.reused:
            raise unauthorized("the refresh token was used before, so its session has ended: sign in again")
        return await self._answer(place, user, Begun(found.session_id, fresh))

    async def sign_out(self, place: Place, caller: EndCaller, *, everywhere: bool) -> None:
        """End a session, or all of its user."""
        async with self.pool.connection() as tx, tx.transaction():
            await enter(tx, place.app_id)
            session_id = _session(caller)
            await end_users.end(tx, place.app_id, session_id, everywhere=everywhere, because="signed out")

    async def me(self, place: Place, caller: EndCaller) -> dict[str, Any]:
        """Return who has signed in."""
        async with self.pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, place.app_id)
            session = caller.session_id
            user = session and await end_users.by_id(tx, place.app_id, place.data_env, UUID(caller.subject))
        return _shown(user) if user else {"user_id": caller.subject, "email": None, "anonymous": False}

    async def _added(self, place: Place, email: str | None, hashed: str | None) -> dict[str, Any]:
        user = EndUser(uuid4(), email, hashed)
        member = self.membership.of(str(user.user_id), place.tenant)
        await self.keyring.signing(place.app_id)
        async with self.pool.connection() as tx, tx.transaction():
            await enter(tx, place.app_id)
            if not await end_users.create(tx, place.app_id, place.data_env, user, member):
                raise Problem(409, _TAKEN)
            begun = await _begin(tx, place, user)
        return await self._answer(place, user, begun)

    async def _named(self, place: Place, user_id: UUID, email: str, hashed: str) -> dict[str, Any]:
        user = EndUser(user_id, email, hashed)
        try:
            async with self.pool.connection() as tx, tx.transaction():
                await enter(tx, place.app_id)
                if not await end_users.name(tx, place.app_id, place.data_env, user):
                    raise Problem(409, "you have signed up already")
                begun = await _begin(tx, place, user)
        except UniqueViolation:
            raise Problem(409, _TAKEN) from None
        return await self._answer(place, user, begun)

    async def _answer(self, place: Place, user: EndUser, begun: Begun) -> dict[str, Any]:
        subject = str(user.user_id)
        member = self.membership.of(subject, place.tenant)
        said = EndToken(subject, begun.session_id, str(place.tenant), member, user.email is None)
        key_id, key = await self.keyring.signing(place.app_id)
        return {
            "access_token": end_tokens.mint(key, key_id, place.app_id, said),
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "expires_at": int(time.time()) + ACCESS_SECONDS,
            "refresh_token": begun.refresh_token,
            "user": _shown(user),
        }


async def _begin(tx: AsyncTx, place: Place, user: EndUser) -> Begun:
    begun = Begun(uuid4(), end_tokens.refresh_token())
    session, hashed = Session(begun.session_id, user.user_id, REFRESH_DAYS), end_tokens.digest(begun.refresh_token)
    await end_users.begin(tx, place.app_id, place.data_env, session, hashed)
    return begun


def _session(caller: EndCaller) -> UUID:
    if caller.session_id is None:
        raise unauthorized("nobody has signed in here; sign out where you signed in")
    return caller.session_id


def _shown(user: EndUser) -> dict[str, Any]:
    return {"user_id": str(user.user_id), "email": user.email, "anonymous": user.email is None}
