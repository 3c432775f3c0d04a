"""All open streams of one gateway, spread over the heartbeat's rounds."""

import asyncio
import random
from collections.abc import Iterator

from gateway.reader import Reader

#: A stream hears a heartbeat once in a round; a round has as many turns as there are buckets.
BUCKETS = 150
_DRAINED_WITHIN = 1.0
#: The last sixth of all places is nobody's who comes without a token or a pass.
_KEPT_PART = 6


class Roster:
    """Who is here."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.draining = False
        self._buckets: list[set[Reader]] = [set() for _ in range(BUCKETS)]
        self._count = 0
        self._next = 0

    def __len__(self) -> int:
        return self._count

    @property
    def full(self) -> bool:
        """Tell whether nobody more should come in."""
        return self.draining or self._count >= self.most

    @property
    def crowded(self) -> bool:
        """Tell whether no stranger should come in."""
        return self._count >= self.most - self.most // _KEPT_PART

    def add(self, reader: Reader) -> set[Reader]:
        """Sign a reader in, and return the bucket it is to be signed out of."""
        self._next = (self._next + 1) % BUCKETS
        bucket = self._buckets[self._next]
        bucket.add(reader)
        self._count += 1
        return bucket

    def remove(self, bucket: set[Reader], reader: Reader) -> None:
        """Sign a reader out."""
        bucket.remove(reader)
        self._count -= 1

    def turn(self, number: int) -> tuple[Reader, ...]:
        """Return whose heartbeat is due."""
        return tuple(self._buckets[number % BUCKETS])

    def tenth(self, number: int) -> Iterator[Reader]:
        """Go through a tenth of everybody."""
        for bucket in self._buckets[number % 10 :: 10]:
            yield from tuple(bucket)

    async def drain(self, within: float = _DRAINED_WITHIN) -> None:
        """Let everybody go, spread over a second, so that they do not all come back at once."""
        self.draining = True
        loop = asyncio.get_running_loop()
        for bucket in self._buckets:
            for reader in bucket:
                loop.call_later(random.random() * within, reader.end, "drained")  # noqa: S311 - jitter
        deadline = loop.time() + within + 2
        while self._count and loop.time() < deadline:  # noqa: ASYNC110 - streams end one by one
            await asyncio.sleep(0.02)
