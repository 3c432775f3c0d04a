"""What Bundles needs, in Postgres: written at once, for what is made of packages belongs to no turn and no app."""

from collections.abc import Mapping
from hashlib import sha256

from sql import dependencies, previews
from sql.database import Pool, transaction


class PostgresPackages:
    """Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def tree(self, question: bytes) -> str | None:
        """Return how a question was answered."""
        with transaction(self._pool, "") as tx:
            return dependencies.tree(tx, question)

    def put_tree(self, question: bytes, tree: str) -> str:
        """Keep an answer, and return the one that all keep to: the first."""
        content = tree.encode()
        digest = sha256(content).digest()
        with transaction(self._pool, "") as tx:
            previews.keep_blobs(tx, {digest: content})
            return dependencies.add_tree(tx, question, digest) or tree

    def bundle(self, key: bytes) -> tuple[str, str] | None:
        """Return the name and the manifest of a bundled set."""
        with transaction(self._pool, "") as tx:
            return dependencies.bundle(tx, key)

    def put_bundle(self, key: bytes, name: str, manifest: str, files: Mapping[str, bytes]) -> None:
        """Keep a bundled set, for all to see at once."""
        blobs = {sha256(content).digest(): content for content in files.values()}
        hashes = {file: sha256(content).digest() for file, content in files.items()}
        with transaction(self._pool, "") as tx:
            previews.keep_blobs(tx, blobs)
            dependencies.add_bundle(tx, key, name, manifest, hashes)

    def claim(self, key: bytes, owner: str, seconds: float) -> bool:
        """Take or renew the right to make a bundle."""
        with transaction(self._pool, "") as tx:
            return dependencies.claim(tx, key, owner, seconds)

    def release(self, key: bytes, owner: str) -> None:
        """Give it back."""
        with transaction(self._pool, "") as tx:
            dependencies.release(tx, key, owner)
