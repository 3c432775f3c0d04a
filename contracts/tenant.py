"""Whose data it is: the tenants of an app, and the signed word of who asks."""

import hashlib
import hmac
from typing import Literal
from uuid import UUID, uuid5

DataEnv = Literal["development", "production"]
DATA_ENVS: tuple[DataEnv, ...] = ("development", "production")

#: Who asks where it is the app itself, and where nobody has signed in.
SERVICE = "*"
NOBODY = ""

MAX_SUB = 255
_APPS = UUID("0d6f2a52-8f0e-5b0c-9d0b-3b2f6c1a7e44")


def tenant_of(app_id: str, data_env: DataEnv) -> UUID:
    """Return the tenant that holds an app's rows: previews write in one, releases in the other."""
    return uuid5(uuid5(_APPS, app_id), data_env)


def data_env(environment: str) -> DataEnv:
    """Return whose data an app uses where it runs: what is not yet out has its own."""
    return "production" if environment in {"production", "staging"} else "development"


def sign_context(key: bytes, tenant_id: UUID, sub: str, expires: int) -> str:
    """Return `tenant|sub|exp|mac`, which the database takes for true."""
    said = f"{tenant_id}|{sub}|{expires:010d}"
    if len(sub) > MAX_SUB or "\x00" in sub:
        raise ValueError(f"a sub has at most {MAX_SUB} characters, and no NUL")
    return f"{said}|{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()}"
