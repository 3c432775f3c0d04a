"""store_file at its desk: events are handed to it as a worker does, only the bus is left out."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actors.runtime.job import Job
from actors.store_file import Limits, store_file
from contracts.event import Envelope
from contracts.file import FileRejected, FileStored
from sql.database import Pool, enter, open_pool, role_url
from sql.outbox import Row
from sql.progress import Numbered


class Quiet:
    """Publishes nothing: what is committed stays in the outbox."""

    def hand_over(self, app_id: str, rows: list[Row], steps: list[Numbered]) -> None:
        """Take it and do nothing."""

    def push(self, exchange: str, key: str, body: str, headers: dict[str, Any]) -> None:
        """Likewise."""


class Desk:
    """One app's files, and whoever keeps them."""

    def __init__(self, pool: Pool, app_id: str, limits: Limits) -> None:
        self.pool, self.app_id, self.limits = pool, app_id, limits

    def tell(
        self, data: dict[str, Any], *, source: str = "generator", sequence: int | None = None
    ) -> FileStored | FileRejected:
        """Hand over a file-written, and return the verdict."""
        event_id = str(uuid.uuid4())
        envelope = Envelope(event_id, source, "file-written", self.app_id, data, sequence=sequence, story_id=event_id)
        job = Job(envelope, store_file.name, store_file.emits, 1, self.pool, Quiet())
        store_file.handle(store_file.understand(envelope), job, self.limits)
        (verdict,) = job.emitted
        assert isinstance(verdict, FileStored | FileRejected)
        return verdict

    def stored(self, data: dict[str, Any], **about: Any) -> FileStored:
        """Hand over a file-written that must be accepted."""
        verdict = self.tell(data, **about)
        assert isinstance(verdict, FileStored), verdict
        return verdict

    def rejected(self, data: dict[str, Any], **about: Any) -> tuple[str, str]:
        """Hand over a file-written that must be refused; return field and reason."""
        verdict = self.tell(data, **about)
        assert isinstance(verdict, FileRejected), verdict
        return verdict.field, verdict.reason

    def write(self, path: str, content: str = "", **about: Any) -> FileStored:
        """Write one file."""
        return self.stored({"path": path, "content": content}, **about)

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database about the app."""
        with self.pool.connection() as tx, tx.transaction():
            enter(tx, self.app_id)
            return tx.execute(sql.encode(), parameters).fetchall()

    def files(self) -> dict[str, str]:
        """Return every file's text."""
        rows = self.ask("select path, content from fleet.files join fleet.blobs using (sha256)")
        return {path: content.decode() for path, content in rows}


@contextmanager
def desk(database_url: str, app_id: str, **limits: int) -> Iterator[Desk]:
    """Open a desk for one app."""
    pool = open_pool(role_url(database_url, "fleet_worker"), size=2, name="desk")
    try:
        yield Desk(pool, app_id, Limits(limits.get("file_bytes", 1_000), limits.get("app_files", 20)))
    finally:
        pool.close()
