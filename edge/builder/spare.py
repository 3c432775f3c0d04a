"""A builder that waits for the next build, with all loaded that it will need."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge.builder import process
from edge.builder.process import Builder
from edge.packages import folders


@dataclass
class Place:
    """A builder, and the folder that it may write to."""

    builder: Builder
    out: Path
    ends: ExitStack

    @classmethod
    def start(cls, prefix: list[str], readable: list[Path]) -> "Place":
        """Start one."""
        with ExitStack() as ends:
            out = folders.give(ends.enter_context(folders.own_folder()) / "out")
            builder = process.start(prefix, readable, out)
            ends.callback(builder.end)
            return cls(builder, out, ends.pop_all())


@dataclass
class Spare:
    """Thread-safe. Each builder builds one app, and is ended."""

    start: Callable[[], Place]
    _waiting: Place | None = None
    _closed: bool = False
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def taken(self) -> Iterator[Place]:
        """Lend a builder, the one that waits if there is one, and have another wait afterwards."""
        with self._guard:
            place, self._waiting = self._waiting, None
        if place is not None and not place.builder.is_alive:
            place.ends.close()
            place = None
        place = place or self.start()
        try:
            yield place
        finally:
            place.ends.close()
            threading.Thread(target=self._prepare, name="builder-spare", daemon=True).start()

    def close(self) -> None:
        """End the one that waits, and have no other."""
        with self._guard:
            self._closed = True
            place, self._waiting = self._waiting, None
        if place is not None:
            place.ends.close()

    def _prepare(self) -> None:
        with self._guard:
            if self._closed or self._waiting is not None:
                return
            self._waiting = self.start()
