"""Archives hold exactly the files, are the same bytes each time, and are packed in batches."""

import asyncio
import io
import tarfile
import zipfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from contracts.tree import File
from gateway.archive import Packer, TarGz, Zip, pack
from sql.versions import Listed

FILES = {
    "src/App.tsx": b"export default 1\n",
    "públic/ü.bin": b"\0\1" * 50_000,
    "empty": b"",
    "x/" + "y" * 150: b"long",
}


def listed(files: Mapping[str, bytes], size: int | None = None) -> list[Listed]:
    at = datetime.now(UTC)
    return [
        Listed(path, File(sha256(content).digest(), size or len(content)), 1, at) for path, content in files.items()
    ]


def packed(packer: Packer, files: Mapping[str, bytes], size: int | None = None) -> tuple[bytes, list[int]]:
    """Return the archive, and how many contents were in memory at a time."""
    asked: list[int] = []

    async def fetch(hashes: Collection[bytes]) -> dict[bytes, bytes]:
        asked.append(len(hashes))
        return {sha256(content).digest(): content for content in files.values()}

    async def parts() -> bytes:
        return b"".join([part async for part in pack(packer, listed(files, size), fetch)])

    return asyncio.run(parts()), asked


def unzipped(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def untarred(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as found:
        return {member.name: content.read() for member in found if (content := found.extractfile(member))}


KINDS = pytest.mark.parametrize(("packer", "unpacked"), [(Zip, unzipped), (TarGz, untarred)])


@KINDS
def test_an_archive_holds_exactly_the_files(
    packer: type[Packer], unpacked: Callable[[bytes], dict[str, bytes]]
) -> None:
    archive, _asked = packed(packer(), FILES)
    assert unpacked(archive) == FILES


@KINDS
def test_an_archive_of_nothing_can_be_opened(
    packer: type[Packer], unpacked: Callable[[bytes], dict[str, bytes]]
) -> None:
    archive, _asked = packed(packer(), {})
    assert unpacked(archive) == {}


@KINDS
def test_the_same_files_are_the_same_bytes(
    packer: type[Packer], unpacked: Callable[[bytes], dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _asked = packed(packer(), FILES)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    again, _asked = packed(packer(), FILES)
    assert first == again
    assert unpacked(again)


def test_large_files_are_fetched_a_few_at_a_time() -> None:
    files = {f"{n}": f"{n}".encode() for n in range(7)}
    _archive, asked = packed(Zip(), files, size=1_500_000)
    assert asked == [2, 2, 2, 1]
