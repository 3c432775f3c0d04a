"""Mints the bearer tokens that the gateway checks."""

import time

import jwt

AUDIENCE = "fleet"
STREAM_AUDIENCE = "fleet-stream"

#: A stream token travels in a URL, where logs and histories may keep it: it is weak and short-lived.
STREAM_SECONDS = 15 * 60


def mint(
    secret: str, *, role: str, apps: tuple[str, ...], ttl: float, stream: bool = False, subject: str = "fleet"
) -> str:
    """Return a signed token that lets its bearer act in a role on some apps, for a while."""
    if stream and (len(apps) != 1 or "*" in apps or role != "viewer" or ttl > STREAM_SECONDS):
        raise ValueError("a stream token is for a viewer of one app, for at most 15 minutes")
    now = int(time.time())
    claims = {
        "sub": subject,
        "iat": now,
        "exp": now + int(ttl),
        "aud": STREAM_AUDIENCE if stream else AUDIENCE,
        "role": role,
        "apps": list(apps),
    }
    return jwt.encode(claims, secret, algorithm="HS256")
