"""What a preview is drawn from and with, in Postgres: read at once, written when the turn settles."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Protocol

from sql import previews, units
from sql.database import Pool, Tx, transaction
from sql.packages import PostgresPackages
from sql.units import UnitRow

Code = tuple[str, str | None]


class Kept(Protocol):
    """A compiled file: what is known of it, and its code."""

    @property
    def key(self) -> bytes:
        """Return what names it."""

    @property
    def facts(self) -> str:
        """Return what is known of it."""

    @property
    def code(self) -> str:
        """Return what pages load of it."""

    @property
    def map(self) -> str | None:
        """Return where its code comes from."""


class PostgresShelf:
    """The shelf of one turn: with contents that are at hand, and texts that are known to be kept."""

    def __init__(self, pool: Pool, app_id: str, at_hand: Mapping[bytes, bytes], kept: Iterable[bytes] = ()) -> None:
        self._pool, self._app_id, self._at_hand, self._kept = pool, app_id, at_hand, frozenset(kept)
        self._units: dict[bytes, Kept] = {}
        self._blobs: dict[bytes, bytes] = {}
        self.packages = PostgresPackages(pool)

    @property
    def new(self) -> Mapping[bytes, tuple[str, int]]:
        """Return what is known of the units that were put here, and how long their code is."""
        return {key: (unit.facts, len(unit.code)) for key, unit in self._units.items()}

    def texts(self, hashes: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return contents by hash."""
        here = (self._blobs, self._at_hand)
        found = {one: texts[one] for one in hashes for texts in here if one in texts}
        if len(found) == len(set(hashes)):
            return found
        with transaction(self._pool, self._app_id) as tx:
            return found | units.contents(tx, [one for one in hashes if one not in found])

    def at_hand(self, sha256: bytes) -> bool:
        """Tell whether a content is here already."""
        return sha256 in self._at_hand

    def facts(self, keys: Collection[bytes]) -> Mapping[bytes, tuple[str, int]]:
        """Return what is known of units, and how long their code is."""
        with transaction(self._pool, self._app_id) as tx:
            return units.facts(tx, keys)

    def put(self, units: Iterable[Kept]) -> None:
        """Keep new units."""
        self._units.update((unit.key, unit) for unit in units)

    def put_text(self, text: bytes) -> bytes:
        """Keep a text and return its hash."""
        digest = sha256(text).digest()
        if digest not in self._kept:
            self._blobs[digest] = text
        return digest

    def code(self, keys: Collection[bytes]) -> dict[bytes, Code]:
        """Return code and source map of units, new ones and old."""
        ours = {key: (unit.code, unit.map) for key in keys if (unit := self._units.get(key))}
        missing = [key for key in keys if key not in ours]
        if not missing:
            return ours
        with transaction(self._pool, self._app_id) as tx:
            return {**ours, **units.code(tx, missing)}

    def keep(self, tx: Tx) -> None:
        """Write everything new, in the order of keys, so that nobody waits for each other in a circle."""
        previews.keep_blobs(tx, self._blobs)
        units.add(tx, [UnitRow(unit.key, unit.facts, unit.code, unit.map) for unit in self._units.values()])
