"""Where a caller's token is looked for, and what each way of bringing it allows."""

from collections.abc import Awaitable, Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from gateway.auth import Authority, Caller, Role
from gateway.problem import Problem, unauthorized
from gateway.tokens import AUDIENCE, STREAM_AUDIENCE

Admission = Callable[[Request], Awaitable[Caller]]

COOKIE = "fleet_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Lets requests in."""

    def __init__(self, authority: Authority, origins: tuple[str, ...]) -> None:
        self._authority, self._origins = authority, frozenset(origins)

    def may(self, role: Role) -> Admission:
        """Return a dependency that admits callers of a role to the `{app_id}` of the path."""

        async def admit(request: Request) -> Caller:
            caller = await self.caller(request.scope)
            caller.must_hold(request.path_params["app_id"])
            caller.must_be(role)
            return caller

        return admit

    def may_anywhere(self, role: Role) -> Admission:
        """Return a dependency for routes that look themselves which apps they touch."""

        async def admit(request: Request) -> Caller:
            caller = await self.caller(request.scope)
            caller.must_be(role)
            return caller

        return admit

    async def caller(self, scope: Any) -> Caller:
        """Return who makes an ordinary request."""
        headers = scope["headers"]
        token = bearer(headers)
        if token is None and (token := _cookie(headers)) is not None and scope["method"] not in _SAFE:
            self._must_come_from_us(scope)
        if token is None:
            raise unauthorized("send a token as `Authorization: Bearer …`")
        caller = await self._authority.verify(token)
        if caller.audience != AUDIENCE:
            raise unauthorized("a stream token opens streams, and nothing else")
        return caller

    async def stream_caller(self, scope: Any, app_id: str) -> Caller:
        """Return who opens a stream; only here may a token, a weak one, stand in the URL."""
        in_url = parse_qs(scope["query_string"].decode("latin-1")).get("access_token", [])
        token = bearer(scope["headers"]) or _cookie(scope["headers"])
        if token is None and not in_url:
            raise unauthorized("send a token as `Authorization: Bearer …`, or a stream token as ?access_token=…")
        caller = await self._authority.verify(token if token is not None else in_url[0])
        if token is None and caller.audience != STREAM_AUDIENCE:
            raise unauthorized("only a stream token may stand in a URL: `fleet token --stream`")
        caller.must_hold(app_id)
        return caller

    def _must_come_from_us(self, scope: Any) -> None:
        """Refuse a write that another site's page has its visitor's browser make."""
        origin = header(scope["headers"], b"origin") or ""
        host = header(scope["headers"], b"host")
        if not origin or (origin not in self._origins and urlsplit(origin).netloc != host):
            raise Problem(403, "a write by cookie must come from a page of this origin")


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Return a header of a bare request."""
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


def bearer(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the token that a request bears."""
    scheme, _space, token = (header(headers, b"authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _cookie(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    try:
        found = SimpleCookie(header(headers, b"cookie") or "").get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None
