"""When each thing was sent and taken, written down by one process and read by another."""

import os
import struct
import time
from pathlib import Path
from typing import Self

from contracts.settings import Settings
from tests.bench.marks import now

_PAIR = struct.Struct("qq")
_STALL = 60.0


class Record:
    """A file of pairs: short appends from any number of processes and threads stay whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(settings.home / "record")

    def take(self, sent: int) -> None:
        """Write down that something has arrived."""
        os.write(self._file, _PAIR.pack(sent, now()))

    def __len__(self) -> int:
        return self._path.stat().st_size // _PAIR.size

    def clear(self) -> None:
        os.truncate(self._file, 0)

    def wait(self, count: int) -> list[tuple[int, int]]:
        """Return the pairs once there are so many; give up when nothing more comes."""
        size, since = 0, time.monotonic()
        while (found := self._path.stat().st_size) < count * _PAIR.size:
            if found != size:
                size, since = found, time.monotonic()
            if time.monotonic() - since > _STALL:
                raise TimeoutError(f"{found // _PAIR.size} of {count} arrived, and nothing more")
            time.sleep(0.02)
        return list(_PAIR.iter_unpack(self._path.read_bytes()))


def latencies(pairs: list[tuple[int, int]]) -> list[float]:
    """Return milliseconds from sent to taken."""
    return [(taken - sent) / 1e6 for sent, taken in pairs]


def rate(pairs: list[tuple[int, int]]) -> float:
    """Return how many a second were taken, once the first tenth had warmed everything up."""
    taken = sorted(taken for _sent, taken in pairs)[len(pairs) // 10 :]
    return (len(taken) - 1) / ((taken[-1] - taken[0]) / 1e9)
