"""`/api/auth`: the users of an app sign up, in and out."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, ConfigDict, Field

from contracts.event import Model
from contracts.tenant import NOBODY
from gateway.runtime import reading
from gateway.runtime.callers import EndCaller, Reception
from gateway.runtime.end_tokens import unauthorized
from gateway.runtime.limits import Limits
from gateway.runtime.passwords import LONGEST, SHORTEST
from gateway.runtime.place import Place, place_of
from gateway.runtime.sign_in import SignIn

#: As much as can be said without writing there.
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_LONGEST_EMAIL = 254


def _address(email: str) -> str:
    email = email.strip().lower()
    if len(email) > _LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise ValueError("must be an e-mail address")
    return email


Email = Annotated[str, AfterValidator(_address)]


class Credentials(Model):
    """Who somebody is, and what only they know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    email: Email = Field(examples=["ann@example.com"])
    password: str = Field(min_length=SHORTEST, max_length=LONGEST, repr=False)


class Known(Credentials):
    """The same of somebody who signed up before."""

    password: str = Field(max_length=LONGEST, repr=False)


class Renewal(Model):
    """What a session is renewed with."""

    refresh_token: str = Field(min_length=1, max_length=LONGEST, repr=False)


class Farewell(Model):
    """Which sessions end."""

    everywhere: bool = Field(default=False, description="those on the user's other devices, too")


At = Annotated[Place, Depends(place_of)]


@dataclass(frozen=True, slots=True)
class AuthRoutes:
    """The routes, as they are at the gateway and on every app's own host."""

    reception: Reception
    sign_in: SignIn
    limits: Limits

    def router(self) -> APIRouter:
        """Return them."""
        routes = APIRouter(prefix="/api/auth", tags=["runtime: sign-in"])
        document = reading.schema

        @routes.post("/sign-up", status_code=201, summary="Sign up", openapi_extra=document(Credentials))
        async def sign_up(place: At, request: Request, response: Response) -> dict[str, Any]:
            said = await reading.form(request, Credentials)
            self.limits.must_be_no_flood(place, "sign up")
            caller = await self.reception.caller(place, request)
            return _private(response, await self.sign_in.sign_up(place, said.email, said.password, caller))

        @routes.post("/sign-in", summary="Sign in", openapi_extra=document(Known))
        async def sign_in(place: At, request: Request, response: Response) -> dict[str, Any]:
            said = await reading.form(request, Known)
            self.limits.must_be_no_guess(place, said.email)
            return _private(response, await self.sign_in.sign_in(place, said.email, said.password))

        @routes.post("/anonymous", status_code=201, summary="Come in without a name; signing up later keeps the rows")
        async def anonymous(place: At, response: Response) -> dict[str, Any]:
            self.limits.must_be_no_flood(place, "sign up")
            return _private(response, await self.sign_in.anonymous(place))

        @routes.post("/refresh", summary="Renew the tokens; each renews once", openapi_extra=document(Renewal))
        async def refresh(place: At, request: Request, response: Response) -> dict[str, Any]:
            said = await reading.form(request, Renewal)
            self.limits.must_be_no_flood(place, "refresh")
            return _private(response, await self.sign_in.refresh(place, said.refresh_token))

        @routes.post("/sign-out", status_code=204, summary="End the session", openapi_extra=document(Farewell))
        async def sign_out(place: At, request: Request) -> None:
            said = await reading.form(request, Farewell)
            caller = _somebody(await self.reception.caller(place, request))
            await self.sign_in.sign_out(place, caller, everywhere=said.everywhere)

        @routes.get("/me", summary="Who has signed in")
        async def me(place: At, request: Request, response: Response) -> dict[str, Any]:
            caller = _somebody(await self.reception.caller(place, request))
            return _private(response, await self.sign_in.me(place, caller))

        return routes


def _somebody(caller: EndCaller) -> EndCaller:
    if caller.subject == NOBODY:
        raise unauthorized("sign in first: send the token as `Authorization: Bearer …`")
    return caller


def _private(response: Response, said: dict[str, Any]) -> dict[str, Any]:
    response.headers["cache-control"] = "no-store"
    return said
