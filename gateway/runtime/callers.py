"""Who asks for an app's rows: one of its users, its editor as the app's service, or nobody who says so."""

from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import Request

from contracts.app import app_id_flaw
from contracts.tenant import NOBODY, SERVICE
from gateway.guard import Guard, bearer
from gateway.problem import Problem
from gateway.runtime import end_tokens
from gateway.runtime.end_tokens import EndToken, Expired, Invalid, Unread, unauthorized
from gateway.runtime.issuers import Issuers, Vouched
from gateway.runtime.keyring import Keyring
from gateway.runtime.membership import Membership
from gateway.runtime.place import Place
from gateway.runtime.violations import Offence, Violations
from gateway.tokens import AUDIENCE, STREAM_AUDIENCE
from sql import end_users
from sql.database import AsyncPool, enter
from sql.end_users import Standing

_SUSPENDED = "this token was used for what is not its bearer's, and is not believed for a while"


@dataclass(frozen=True, slots=True)
class EndCaller:
    """Somebody as whom rows are read and written."""

    subject: str
    session_id: UUID | None = None
    #: Of the app's own users one who has given no address.
    nameless: bool = False
    token: str | None = None

    @property
    def is_somebody(self) -> bool:
        """Tell whether somebody has signed in."""
        return self.subject != NOBODY

    @property
    def is_service(self) -> bool:
        """Tell whether it is the app's editor, who sees what the app's users wrote."""
        return self.subject == SERVICE


@dataclass(frozen=True, slots=True)
class Reception:
    """Finds out."""

    pool: AsyncPool
    guard: Guard
    keyring: Keyring
    issuers: Issuers
    membership: Membership
    violations: Violations

    async def caller(self, place: Place, request: Request) -> EndCaller:
        """Return who asks, or refuse what they show."""
        token = bearer(request.scope["headers"])
        if place.named not in {None, place.app_id}:
            detail = "X-App-ID names another app than the host"
            raise await self.violations.refuse(place, Offence("TENANT_MISMATCH", detail))
        if token is None:
            await self.keyring.of(place.app_id)
            return EndCaller(NOBODY)
        try:
            unread = end_tokens.peek(token)
            if unread.audience in (AUDIENCE, STREAM_AUDIENCE):
                return await self._service(place, request)
            return await self._user(place, token, unread)
        except Expired as error:
            raise unauthorized(str(error)) from None
        except Invalid as error:
            raise await self.violations.refuse(place, Offence("VALIDATION_ERROR", str(error))) from None

    async def _service(self, place: Place, request: Request) -> EndCaller:
        """Let an editor of this one app act for it, where apps' own pages do not ask."""
        if place.at_home:
            raise Invalid("a token of the fleet is not for an app's own host")
        caller = await self.guard.caller(request.scope)
        await self.keyring.of(place.app_id)
        if place.app_id not in caller.apps:
            raise Problem(403, f"the token does not name the app {place.app_id!r}", reason="TENANT_MISMATCH")
        caller.must_be("editor")
        return EndCaller(SERVICE)

    async def _user(self, place: Place, token: str, unread: Unread) -> EndCaller:
        key = unread.key_id and await self.keyring.key(place.app_id, unread.key_id)
        if key:
            return await self._own(place, token, end_tokens.read(token, key, place.app_id))
        await self._must_be_no_neighbours(place, token, unread)
        ring = await self.keyring.of(place.app_id)
        return await self._vouched(place, token, await self.issuers.read(token, unread, ring, place.app_id))

    async def _own(self, place: Place, token: str, said: EndToken) -> EndCaller:
        """Believe a token of the app's own as far as the database still does."""
        if said.tenant != str(place.tenant):
            raise await self._mismatch(place, token, said.subject)
        if not self.membership.is_of(said.membership, said.subject, place.tenant):
            raise await self._no_member(place, token, said.subject)
        standing = await self._standing(place, token, said.subject, said.session_id)
        if standing.session_ended:
            raise unauthorized("the session has ended: sign in again")
        if not self.membership.is_of(standing.membership, said.subject, place.tenant):
            raise await self._no_member(place, token, said.subject)
        return EndCaller(said.subject, said.session_id, said.nameless, token)

    async def _vouched(self, place: Place, token: str, said: Vouched) -> EndCaller:
        """Believe the app's own issuer; who comes for the first time becomes a member."""
        if said.tenant not in {None, str(place.tenant), f"app_{place.app_id}_tenant"}:
            raise await self._mismatch(place, token, said.subject)
        standing = await self._standing(place, token, said.subject, None)
        if standing.membership is None:
            async with self.pool.connection() as tx, tx.transaction():
                await enter(tx, place.app_id)
                member = self.membership.of(said.subject, place.tenant)
                await end_users.admit(tx, place.app_id, place.data_env, said.subject, member)
        elif not self.membership.is_of(standing.membership, said.subject, place.tenant):
            raise await self._no_member(place, token, said.subject)
        return EndCaller(said.subject, token=token)

    async def _standing(self, place: Place, token: str, subject: str, session_id: UUID | None) -> Standing:
        async with self.pool.connection() as tx, tx.pipeline(), tx.transaction():
            await enter(tx, place.app_id)
            caller = end_tokens.digest(token)
            standing = await end_users.standing(
                tx, place.app_id, place.data_env, subject=subject, session_id=session_id, caller=caller
            )
        if standing.suspended:
            raise Problem(403, _SUSPENDED)
        return standing

    async def _must_be_no_neighbours(self, place: Place, token: str, unread: Unread) -> None:
        """Tell another app's own token, brought here, from one that nobody signed."""
        whose = unread.audience.removeprefix("app:") if isinstance(unread.audience, str) else ""
        if whose in {place.app_id, unread.audience} or unread.key_id is None or app_id_flaw(whose):
            return
        try:
            key = await self.keyring.key(whose, unread.key_id)
            said = key and end_tokens.read(token, key, whose)
        except (Problem, Invalid):
            return
        if said:  # where it is good is where it has to be suspended
            raise await self._mismatch(replace(place, app_id=whose), token, said.subject)

    async def _mismatch(self, place: Place, token: str, subject: str) -> Problem:
        detail = "the token is for other data than is asked for here"
        return await self.violations.refuse(place, Offence("TENANT_MISMATCH", detail, token, subject))

    async def _no_member(self, place: Place, token: str, subject: str) -> Problem:
        detail = "the token's bearer does not belong to this app's data"
        return await self.violations.refuse(place, Offence("HMAC_MISMATCH", detail, token, subject))
