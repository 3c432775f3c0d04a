"""The packages of apps: what was resolved and bundled once for all of them, and who is at it."""

from collections.abc import Mapping

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)


def tree(tx: Tx, question: bytes) -> str | None:
    """Return how a question was answered."""
    row = tx.execute(QUERY.tree, {"question": question}).fetchone()
    return bytes(row[0]).decode() if row else None


def add_tree(tx: Tx, question: bytes, sha256: bytes) -> str | None:
    """Keep an answer, whose content is a blob already, and return the one that counts: the first."""
    tx.execute(QUERY.add_tree, {"question": question, "sha256": sha256})
    return tree(tx, question)


def bundle(tx: Tx, key: bytes) -> tuple[str, str] | None:
    """Return a bundled set's name and manifest."""
    row = tx.execute(QUERY.bundle, {"key": key}).fetchone()
    return (row[0], row[1]) if row else None


def add_bundle(tx: Tx, key: bytes, name: str, manifest: str, files: Mapping[str, bytes]) -> None:
    """Keep a bundled set; its files' contents are blobs already."""
    tx.execute(QUERY.add_files, {"name": name, "files": list(files), "hashes": list(files.values())})
    tx.execute(QUERY.add_bundle, {"key": key, "name": name, "manifest": manifest})


async def file(tx: AsyncTx, name: str, path: str) -> bytes | None:
    """Return one file of a bundled set."""
    row = await (await tx.execute(QUERY.file, {"name": name, "file": path})).fetchone()
    return row[0] if row else None


def claim(tx: Tx, key: bytes, owner: str, seconds: float) -> bool:
    """Take or renew the right to make a bundle."""
    return tx.execute(QUERY.claim, {"key": key, "owner": owner, "seconds": seconds}).fetchone() is not None


def release(tx: Tx, key: bytes, owner: str) -> None:
    """Give it back."""
    tx.execute(QUERY.release, {"key": key, "owner": owner})
