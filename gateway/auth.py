"""Who is calling: a verified token, and what it allows."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import jwt

from gateway.keys import Keys, KeysAway, UnknownKey
from gateway.problem import Problem, try_later, unauthorized
from gateway.tokens import AUDIENCE, STREAM_AUDIENCE, STREAM_SECONDS

Role = Literal["viewer", "editor", "publisher", "operator"]
_RANK = {role: rank for rank, role in enumerate(get_args(Role))}
_REMEMBERED = 20_000
_LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a token."""

    subject: str
    role: Role
    apps: frozenset[str]
    expires: float
    audience: str

    @property
    def holds_every_app(self) -> bool:
        """Tell whether the token is for all apps."""
        return "*" in self.apps

    def holds(self, app_id: str) -> bool:
        """Tell whether the token is for an app."""
        return app_id in self.apps or "*" in self.apps

    def at_least(self, role: Role) -> bool:
        """Tell whether the caller's role includes another."""
        return _RANK[self.role] >= _RANK[role]

    def must_hold(self, app_id: str) -> None:
        """Refuse whoever has no business with an app."""
        if not self.holds(app_id):
            raise Problem(403, f"the token is not for the app {app_id!r}")

    def must_be(self, role: Role) -> None:
        """Refuse whoever may not do this."""
        if not self.at_least(role):
            raise Problem(403, f"this takes the role {role}; the token's is {self.role}")


class Authority:
    """Verifies tokens, each once."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._verified: dict[bytes, Caller] = {}

    async def verify(self, token: str) -> Caller:
        """Return who bears the token, or refuse it."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        caller = self._verified.get(digest)
        if caller is None:
            caller = await self._check(token)
            if len(self._verified) >= _REMEMBERED:
                del self._verified[next(iter(self._verified))]
            self._verified[digest] = caller
        if caller.expires <= time.time():
            self._verified.pop(digest, None)
            raise unauthorized("the token has expired")
        return caller

    async def _check(self, token: str) -> Caller:
        if len(token) > _LONGEST:
            raise unauthorized("the token is too long")
        try:
            key, algorithm = await self._keys.find(jwt.get_unverified_header(token))
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=[AUDIENCE, STREAM_AUDIENCE],
                options={"require": ["exp", "sub", "aud"], "verify_iat": False},
            )
        except KeysAway:
            raise try_later("the keys of the tokens' issuer cannot be reached", 5) from None
        except UnknownKey as error:
            raise unauthorized(str(error)) from None
        except jwt.ExpiredSignatureError:
            raise unauthorized("the token has expired") from None
        except jwt.InvalidAudienceError:
            raise unauthorized(f"the token's audience is not {AUDIENCE}") from None
        except (jwt.PyJWTError, ValueError, OverflowError):
            raise unauthorized("the token is not valid") from None
        return _read(claims)


def _read(claims: dict[str, Any]) -> Caller:
    """Take nothing for granted that an issuer wrote, signed or not."""
    audience, apps, role = claims["aud"], claims.get("apps"), claims.get("role")
    if isinstance(audience, list):
        audience = audience[0] if len(audience) == 1 else None
    if audience not in (AUDIENCE, STREAM_AUDIENCE):
        raise unauthorized("the token is for more than one audience")
    if not isinstance(role, str) or role not in _RANK:
        raise unauthorized(f"the token's role is none of {', '.join(_RANK)}")
    if not isinstance(apps, list) or not all(isinstance(app, str) for app in apps):
        raise unauthorized("the token's apps are not a list of names")
    caller = Caller(claims["sub"], cast(Role, role), frozenset(apps), float(claims["exp"]), audience)
    if audience == STREAM_AUDIENCE and not _is_stream_token(caller, claims.get("iat")):
        raise unauthorized("a stream token is for a viewer of one app, for at most 15 minutes")
    return caller


def _is_stream_token(caller: Caller, issued: Any) -> bool:
    """Tell whether a token is as weak as one that travels in a URL has to be."""
    begins = min(issued, time.time()) if isinstance(issued, int | float) else time.time()
    return (
        caller.role == "viewer"
        and len(caller.apps) == 1
        and not caller.holds_every_app
        and caller.expires - begins <= STREAM_SECONDS
    )
