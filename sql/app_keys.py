"""What an app's tokens are signed with, sealed, and whose else it believes."""

from dataclasses import dataclass

from sql.database import AsyncTx, enter
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens an app believes besides its own."""

    jwks_url: str | None
    sealed: str | None


@dataclass(frozen=True, slots=True)
class AppKeys:
    """What an app is, as far as whoever comes in has to know; the newest key comes first."""

    tier: str | None
    keys: tuple[tuple[str, str], ...]
    issuer: Issuer | None


async def read(tx: AsyncTx, app_id: str) -> AppKeys:
    """Return an app's keys and issuer, in a transaction of its own; an app that there is has a tier."""
    async with tx.pipeline(), tx.transaction():
        await enter(tx, app_id)
        row = await (await tx.execute(QUERY.read, {"app_id": app_id})).fetchone()
    assert row is not None  # noqa: S101 - a select without a table has one row
    tier, keys, has_issuer, jwks_url, sealed = row
    pairs = tuple((key_id, sealed_key) for key_id, sealed_key in keys)
    return AppKeys(tier, pairs, Issuer(jwks_url, sealed) if has_issuer else None)


async def add(tx: AsyncTx, app_id: str, key_id: str, sealed: str, *, first: bool) -> None:
    """Add a key; `first`: unless somebody else was quicker."""
    said = {"app_id": app_id, "key_id": key_id, "sealed": sealed, "first": first}
    async with tx.transaction():
        await enter(tx, app_id)
        await tx.execute(QUERY.lock, {"app_id": app_id})
        await tx.execute(QUERY.add, said)


async def believe(tx: AsyncTx, app_id: str, issuer: Issuer | None) -> None:
    """Say whose tokens an app believes besides its own; None: nobody's."""
    async with tx.transaction():
        await enter(tx, app_id)
        if issuer is None:
            await tx.execute(QUERY.believe_nobody, {"app_id": app_id})
        else:
            said = {"app_id": app_id, "jwks_url": issuer.jwks_url, "sealed": issuer.sealed}
            await tx.execute(QUERY.believe, said)
