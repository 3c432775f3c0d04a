"""Whether somebody belongs to a tenant: an HMAC of `subject:tenant`, in the token and in the database. Pure."""

import hashlib
import hmac
from uuid import UUID

from contracts.settings import Settings
from gateway.problem import Problem
from gateway.runtime.sealing import derived


class Membership:
    """Computes it, and compares."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.tenant_hmac_secret
        self._key = secret.get_secret_value().encode() if secret else derived(settings, b"fleet tenants")

    def of(self, subject: str, tenant: UUID) -> bytes:
        """Return what only we can have made of these two."""
        if self._key is None:
            raise Problem(503, "this gateway can vouch for nobody: set FLEET_TENANT_HMAC_SECRET")
        return hmac.digest(self._key, f"{subject}:{tenant}".encode(), hashlib.sha256)

    def is_of(self, claimed: bytes | None, subject: str, tenant: UUID) -> bool:
        """Tell whether it is, in the same time whatever it is."""
        return claimed is not None and hmac.compare_digest(claimed, self.of(subject, tenant))
