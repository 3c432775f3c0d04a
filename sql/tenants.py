"""Who asks for an app's rows, said so that the database believes it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.tenant import NOBODY, SERVICE, sign_context
from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Asking:
    """A user of a tenant, nobody who has signed in, or the app itself."""

    tenant_id: UUID
    sub: str = NOBODY

    @property
    def is_service(self) -> bool:
        """Tell whether it is the app itself, which sees every row."""
        return self.sub == SERVICE


async def key(tx: AsyncTx) -> bytes:
    """Return what contexts are signed with: for the gateway's role alone."""
    row = await (await tx.execute(QUERY.key)).fetchone()
    assert row is not None  # noqa: S101 - a function returns one row
    return bytes(row[0])


async def enter(tx: AsyncTx, asking: Asking, signing_key: bytes, expires: int) -> Any:
    """Say who asks in the rest of the transaction."""
    signed = sign_context(signing_key, asking.tenant_id, asking.sub, expires)
    return await tx.execute(QUERY.enter, {"signed": signed})
