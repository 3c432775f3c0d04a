"""The header with which we, and nobody else, are answered by a release of our choice. Pure."""

import hmac

HEADER = "x-edge-release"


def release_pass(key: str, *, app_id: str, environment: str, release_id: str, expiry: int) -> str:
    """Return its value: good for one release of one app in one environment, until then (in Unix time)."""
    said = f"{app_id}.{environment}.{release_id}.{expiry}"
    return f"{release_id}.{expiry}.{hmac.digest(key.encode(), said.encode(), 'sha256').hex()}"
