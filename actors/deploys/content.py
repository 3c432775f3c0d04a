"""What a release is made of, read when a place asks for it: many pieces on one journey, few in memory."""

import threading

from sql import releases
from sql.database import Pool, transaction

_AT_ONCE = 24


class Contents:
    """Thread-safe; places ask for what they lack in the order of the hashes, from several threads at once."""

    def __init__(self, pool: Pool, app_id: str, hashes: set[str]) -> None:
        self._pool, self._app_id = pool, app_id
        self._hashes = sorted(hashes)
        self._read: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __call__(self, sha256: str) -> bytes:
        """Return what has this hash."""
        with self._lock:
            if sha256 not in self._read:
                first = self._hashes.index(sha256)
                with transaction(self._pool, self._app_id) as tx:
                    self._read |= releases.contents(tx, self._hashes[first : first + _AT_ONCE])
            return self._read.pop(sha256)
