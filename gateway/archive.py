"""Archives, packed while they are sent: the same files are the same bytes, and few of them are in memory at once."""

import asyncio
import io
import tarfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from sql.versions import Listed

_BATCH_BYTES = 4 * 1024 * 1024
_BATCH_FILES = 500
_ZIP_BEGINNING = (1980, 1, 1, 0, 0, 0)
_GZIP = 16 + zlib.MAX_WBITS

Fetch = Callable[[Collection[bytes]], Awaitable[Mapping[bytes, bytes]]]


class Outflow(io.RawIOBase):
    """What has been written since somebody last looked."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, part: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Take a part."""
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        """Return all parts and forget them."""
        taken, self._parts = b"".join(self._parts), []
        return taken


class Packer(Protocol):
    """Adds files to an archive and returns the bytes that are ready to be sent."""

    def add(self, path: str, content: bytes) -> bytes:
        """Pack one file."""

    def finish(self) -> bytes:
        """Pack the end."""


class Zip:
    """A .zip without dates."""

    def __init__(self) -> None:
        self._out = Outflow()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)

    def add(self, path: str, content: bytes) -> bytes:
        """Pack one file."""
        about = zipfile.ZipInfo(path, _ZIP_BEGINNING)
        about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        self._zip.writestr(about, content)
        return self._out.take()

    def finish(self) -> bytes:
        """Pack the directory of the archive."""
        self._zip.close()
        return self._out.take()


class TarGz:
    """A .tar.gz without dates."""

    def __init__(self) -> None:
        self._out = Outflow()
        self._gzip = zlib.compressobj(wbits=_GZIP)
        self._tar = tarfile.open(fileobj=self._out, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - see finish

    def add(self, path: str, content: bytes) -> bytes:
        """Pack one file."""
        about = tarfile.TarInfo(path)
        about.size, about.mode = len(content), 0o644
        self._tar.addfile(about, io.BytesIO(content))
        return self._gzip.compress(self._out.take())

    def finish(self) -> bytes:
        """Pack the end."""
        self._tar.close()
        return self._gzip.compress(self._out.take()) + self._gzip.flush()


async def pack(packer: Packer, files: Sequence[Listed], fetch: Fetch) -> AsyncIterator[bytes]:
    """Pack files batch by batch, on a thread: compressing must not hold up the streams of others."""
    for batch in _batches(files):
        contents = await fetch({listed.file.sha256 for listed in batch if listed.file.sha256})
        found = [(listed.path, contents[listed.file.sha256 or b""]) for listed in batch]
        yield await asyncio.to_thread(_packed, packer, found)
    yield await asyncio.to_thread(packer.finish)


def _packed(packer: Packer, files: list[tuple[str, bytes]]) -> bytes:
    return b"".join(packer.add(path, content) for path, content in files)


def _batches(files: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Split files into batches whose contents fit into memory together."""
    batch: list[Listed] = []
    size = 0
    for listed in files:
        if batch and (len(batch) == _BATCH_FILES or size + listed.file.bytes > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(listed)
        size += listed.file.bytes
    if batch:
        yield batch
