"""Open pages of previews that everybody may see: they go when that ends.

Here that is at once; what is said to another gateway is seen when all of this one's apps are looked at again, which
is every few seconds. Whoever has a pass comes back with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.history import PostgresHistory
from gateway.reader import Reader
from sql import pages
from sql.pages import Access


class Guests:
    """Who is here without anybody having asked for a pass."""

    def __init__(self, history: PostgresHistory) -> None:
        self._history = history
        self._readers: dict[str, set[Reader]] = {}

    @contextmanager
    def with_one_more(self, app_id: str, reader: Reader, access: Access | None) -> Iterator[None]:
        """Know of a page for as long as it is open, if it needed no pass."""
        if access is None or access.private:
            yield
            return
        here = self._readers.setdefault(app_id, set())
        here.add(reader)
        try:
            yield
        finally:
            here.discard(reader)
            if not here and self._readers.get(app_id) is here:
                del self._readers[app_id]

    def send_away(self, app_id: str) -> None:
        """End all streams of an app that is private now."""
        for reader in tuple(self._readers.get(app_id, ())):
            reader.end("expired")

    async def audit(self) -> None:
        """Look which of the apps have become private."""
        if not self._readers:
            return
        async with self._history.connection() as tx:
            private = await pages.private(tx, list(self._readers))
        for app_id in private:
            self.send_away(app_id)
