"""What was compiled or bundled once, for every app that has the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)

#: What pages load of a unit, and where that comes from.
Code = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One compiled file: what is known of it, and its code."""

    key: bytes
    facts: str
    code: str
    map: str | None


def facts(tx: Tx, keys: Collection[bytes]) -> dict[bytes, tuple[str, int]]:
    """Return what is known of the units that exist, and how long their code is."""
    rows = tx.execute(QUERY.facts, {"keys": list(keys)}).fetchall()
    return {key: (text, length) for key, text, length in rows}


def code(tx: Tx, keys: Collection[bytes]) -> dict[bytes, Code]:
    """Return code and source map of units."""
    rows = tx.execute(QUERY.code, {"keys": list(keys)}).fetchall() if keys else []
    return {key: (text, source_map) for key, text, source_map in rows}


async def read_code(tx: AsyncTx, keys: Collection[bytes]) -> dict[bytes, Code]:
    """Return code and source map of units, on asyncio."""
    rows = await (await tx.execute(QUERY.code, {"keys": list(keys)})).fetchall()
    return {key: (text, source_map) for key, text, source_map in rows}


def add(tx: Tx, units: Sequence[UnitRow]) -> None:
    """Keep units; in the order of keys, so that two who keep the same do not wait for each other in a circle."""
    if units:
        tx.execute(
            QUERY.add,
            {
                "keys": [unit.key for unit in units],
                "facts": [unit.facts for unit in units],
                "codes": [unit.code for unit in units],
                "maps": [unit.map for unit in units],
            },
        )


def contents(tx: Tx, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    """Return contents by hash."""
    return dict(tx.execute(QUERY.contents, {"hashes": list(hashes)}).fetchall()) if hashes else {}


async def read_contents(tx: AsyncTx, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    """Return contents by hash, on asyncio."""
    return dict(await (await tx.execute(QUERY.contents, {"hashes": list(hashes)})).fetchall())
