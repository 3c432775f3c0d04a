"""Tokens of an app's own users: signed by the app's key, for the app's audience, one tenant and one session. Pure.

A control token has another audience and another key; neither is ever taken for the other.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from gateway.problem import Problem

ACCESS_SECONDS = 3_600
REFRESH_DAYS = 30
_ALGORITHM = "HS256"
_LONGEST = 8_192
_REQUIRED = ["exp", "sub", "aud", "sid", "tenant", "member"]


class Invalid(Exception):
    """The token is none of ours, or no longer."""


class Expired(Invalid):
    """It was, until a while ago."""


@dataclass(frozen=True, slots=True)
class EndToken:
    """What a token of ours says, once its signature has been checked."""

    subject: str
    session_id: UUID
    tenant: str
    membership: bytes
    nameless: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """What a token says of itself before anybody has checked it: good for finding the key, and for nothing else."""

    audience: Any
    key_id: str | None
    algorithm: str


def audience(app_id: str) -> str:
    """Return whom an app's tokens are for."""
    return f"app:{app_id}"


def mint(key: bytes, key_id: str, app_id: str, token: EndToken) -> str:
    """Sign a token that is good for an hour."""
    now = int(time.time())
    claims = {
        "aud": audience(app_id),
        "sub": token.subject,
        "iat": now,
        "exp": now + ACCESS_SECONDS,
        "sid": str(token.session_id),
        "tenant": token.tenant,
        "member": token.membership.hex(),
        "anonymous": token.nameless,
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": key_id})


def peek(token: str) -> Unread:
    """Read what leads to the key."""
    if len(token) > _LONGEST:
        raise Invalid("the token is too long")
    try:
        head = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Invalid("the token is not valid") from None
    key_id = head.get("kid")
    return Unread(claims.get("aud"), key_id if isinstance(key_id, str) else None, str(head.get("alg")))


def read(token: str, key: bytes, app_id: str) -> EndToken:
    """Check a token against the app's key; which algorithm that is good for is not the token's to say."""
    claims = checked(token, key, _ALGORITHM, audience(app_id), _REQUIRED)
    try:
        return EndToken(
            claims["sub"],
            UUID(claims["sid"]),
            str(claims["tenant"]),
            bytes.fromhex(claims["member"]),
            claims.get("anonymous") is True,
        )
    except (ValueError, TypeError, AttributeError):
        raise Invalid("the token's claims are not what we sign") from None


def checked(token: str, key: Any, algorithm: str, whom: str | list[str], required: list[str]) -> dict[str, Any]:
    """Return the claims of a token whose signature, time and audience are right."""
    options: Any = {"require": required, "verify_iat": False, "strict_aud": False}
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], audience=whom, options=options)
    except jwt.ExpiredSignatureError:
        raise Expired("the token has expired") from None
    except (jwt.PyJWTError, ValueError, OverflowError, TypeError, RecursionError):
        raise Invalid("the token is not valid") from None
    if not isinstance(claims["aud"], str):
        raise Invalid("the token is for more than one audience")
    return claims


def refresh_token() -> str:
    """Return what renews a session once."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is written down of a token: with it nobody comes in."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def unauthorized(detail: str) -> Problem:
    """Return a 401 to an app's page."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="app", error="invalid_token"'})
