"""The secrets a fleet makes for itself: once, in a file of its owner alone."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from gateway.launcher.home import replace


def _word() -> str:
    return secrets.token_hex(24)


def _key() -> str:
    """Return 32 random bytes in the form that encryption libraries take."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True, kw_only=True)
class OwnSecrets:
    """What nobody has to invent or set; `repr` shows none of it."""

    amqp_password: str = field(default_factory=_word, repr=False)
    database_password: str = field(default_factory=_word, repr=False)
    jwt_secret: str = field(default_factory=_word, repr=False)
    tenant_hmac_secret: str = field(default_factory=_word, repr=False)
    edge_key: str = field(default_factory=_word, repr=False)
    edge_api_token: str = field(default_factory=_word, repr=False)
    secrets_keys: str = field(default_factory=_key, repr=False)


def load(path: Path) -> OwnSecrets:
    """Return the secrets of this home, making those that it does not have yet."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    known = {each.name for each in fields(OwnSecrets)}
    ours = OwnSecrets(**{name: value for name, value in kept.items() if name in known})
    if asdict(ours).keys() - kept.keys():
        replace(path, json.dumps(kept | asdict(ours), indent=2) + "\n")
    return ours
