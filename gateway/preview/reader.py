"""One open page: what it cannot be told piece by piece, it reads anew."""

import json

from gateway import sse
from gateway.reader import Era, Reader, Send


class PageReader(Reader):
    """Writes revisions to one page; the first word is what the page may report with from now on."""

    __slots__ = ("_nonce",)

    def __init__(self, send: Send, era: Era, expires: float, nonce: str) -> None:
        super().__init__(send, era, expires)
        self._nonce = nonce

    def greet(self, encoded: bytes) -> None:
        """Let a page that has been open for long go on reporting."""
        super().greet(encoded + sse.event("nonce", json.dumps({"nonce": self._nonce})))

    def begin_anew(self, head: int) -> bytes:
        """Ask for one reload: the revisions between are gone, or history is another."""
        super().begin_anew(head)
        return sse.event("reload", "{}", sse.cursor(self.epoch, head))
