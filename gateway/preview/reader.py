"""One open page: what it cannot be told piece by piece, it reads anew."""

from gateway import sse
from gateway.reader import Reader


class PageReader(Reader):
    """Writes revisions to one page."""

    __slots__ = ()

    def begin_anew(self, head: int) -> bytes:
        """Ask for one reload: the revisions between are gone, or history is another."""
        super().begin_anew(head)
        return sse.event("reload", "{}", sse.cursor(self.epoch, head))
