"""file-written → file-stored | file-rejected.

Keeps the files of an app. One event is one transaction and one version, all of it or nothing.
"""

from dataclasses import dataclass
from typing import Any, Self

from actors.runtime.actor import actor
from actors.runtime.job import Job
from contracts.errors import BadEvent, Flaw
from contracts.event import Envelope
from contracts.file import FileChange, FileRejected, FileStored, FileWritten, Operation, StoredFile
from contracts.path import MAX_BYTES
from contracts.settings import Settings
from contracts.tree import GONE, Draft, File
from sql import files
from sql.database import Tx
from sql.files import Edition, Shelf


@dataclass(frozen=True)
class Limits:
    """How much an app may hold."""

    file_bytes: int
    app_files: int

    @property
    def changes(self) -> int:
        """Return how much one event may change: enough to replace every file by another."""
        return 2 * self.app_files

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return what the operator allows."""
        return cls(settings.max_file_bytes, settings.max_app_files)


def refused(envelope: Envelope, flaws: tuple[Flaw, ...]) -> FileRejected:
    """Tell the client what is wrong with an event that cannot be read, or that failed too often."""
    path, index = envelope.data.get("path"), envelope.data.get("tool_index")
    first = flaws[0] if flaws else Flaw("data", "could not be stored")
    return FileRejected(
        path=path[:MAX_BYTES] if isinstance(path, str) else None,
        field=first.field,
        reason=first.reason,
        message_id=envelope.message_id,
        tool_index=index if isinstance(index, int) else None,
    )


@actor(on=FileWritten, emits=(FileStored, FileRejected), using=Limits.from_settings, ordered=True, last_word=refused)
def store_file(event: FileWritten, job: Job, limits: Limits) -> None:
    """Look up what the event concerns, decide, and keep it with its verdict."""
    with job.settle() as tx:
        shelf = look_up(tx, job.app_id, event)
        verdict, edition = decide(event, job.envelope, shelf, limits)
        if edition:
            files.store(tx, job.app_id, edition)
        job.emit(verdict)


def look_up(tx: Tx, app_id: str, event: FileWritten) -> Shelf:
    """Read no more of an app than the event concerns."""
    for change in event.files:
        if change.operation == "restore":
            return files.load_all(tx, app_id, change.version or 0)
    paths = {path for change in event.files for path in (change.path, change.from_path) if path}
    arriving = {change.path for change in event.files if change.path and change.operation != "delete"}
    return files.load(tx, app_id, paths, arriving)


def decide(
    event: FileWritten, envelope: Envelope, shelf: Shelf, limits: Limits
) -> tuple[FileStored | FileRejected, Edition | None]:
    """Return what an app's files become, or the first reason why they stay as they are."""
    if len(event.files) > limits.changes:
        reason = f"are {len(event.files)} changes; one event has at most {limits.changes}"
        return _rejected(event, None, Flaw("files", reason)), None
    draft = Draft(shelf.known, envelope.source, envelope.sequence)
    done: list[StoredFile] = []
    for index, change in enumerate(event.files):
        try:
            done += _apply(event, change, draft, shelf, limits)
        except BadEvent as bad:
            return _rejected(event, index, bad.flaws[0]), None
    if wrong := _wrong_as_a_whole(event, draft, shelf, limits):
        return _rejected(event, *wrong), None
    message_id = event.message_id or envelope.message_id
    edition = Edition(shelf, draft, envelope.event_id, message_id, event.version_name)
    return _stored(event, edition, done), edition


def _apply(event: FileWritten, change: FileChange, draft: Draft, shelf: Shelf, limits: Limits) -> list[StoredFile]:
    """Do one change and tell what became of it."""
    if change.operation == "restore":
        return _restore(event, change, draft, shelf)
    path, unchanged = change.path or "", False
    match change.operation:
        case "write":
            content = change.blob()
            if len(content) > limits.file_bytes:
                field = "content" if change.content_base64 is None else "content_base64"
                raise BadEvent(Flaw(field, f"is {len(content)} bytes; at most {limits.file_bytes} are allowed"))
            unchanged = not draft.write(path, content)
        case "rename":
            unchanged = not draft.rename(change.from_path or "", path)
        case "delete":
            unchanged = not draft.put(path, GONE)
    return [_told(change.operation, path, draft.now(path), unchanged=unchanged, from_path=change.from_path)]


def _restore(event: FileWritten, change: FileChange, draft: Draft, shelf: Shelf) -> list[StoredFile]:
    """Bring every path back to how it was, also those that were not there then."""
    if len(event.files) > 1:
        raise BadEvent(Flaw("operation", "restore concerns the whole app and stands alone in its event"))
    if shelf.earlier is None:
        raise BadEvent(Flaw("version", f"{change.version} is not a version of this app"))
    paths = sorted({*shelf.known, *shelf.earlier})
    moved = [path for path in paths if draft.put(path, shelf.earlier.get(path, GONE))]
    return [_told("write" if draft.now(path).sha256 else "delete", path, draft.now(path)) for path in moved]


def _wrong_as_a_whole(event: FileWritten, draft: Draft, shelf: Shelf, limits: Limits) -> tuple[int, Flaw] | None:
    """Say which change leaves the app in a state that cannot be."""
    last, field = len(event.files) - 1, "version" if event.files[0].operation == "restore" else "path"
    for path, reason in draft.conflicts():
        index = max((n for n, change in enumerate(event.files) if change.path == path), default=last)
        return index, Flaw(field, reason)
    more, _bytes = draft.growth()
    if more > 0 and (total := shelf.file_count + more) > limits.app_files:
        return last, Flaw(field, f"would make it {total} files; an app has at most {limits.app_files}")
    return None


def _rejected(event: FileWritten, index: int | None, flaw: Flaw) -> FileRejected:
    """Return the verdict that names one change, or (without an index) the whole list."""
    return FileRejected(
        path=None if index is None else event.files[index].path,
        field=flaw.field if index is None or not event.listed else f"files.{index}.{flaw.field}",
        reason=flaw.reason,
        message_id=event.message_id,
        tool_index=event.tool_index,
    )


def _stored(event: FileWritten, edition: Edition, done: list[StoredFile]) -> FileStored:
    """Return the verdict on one file in its own words, on several with their sums."""
    draft, alone = edition.draft, None if event.listed else event.files[0].operation
    common: dict[str, Any] = {
        "version": edition.version,
        "unchanged": not draft.changed(),
        "message_id": event.message_id,
        "tool_index": event.tool_index,
    }
    if alone and alone != "restore":
        return FileStored(**{**done[0].model_dump(), **common})
    paths = tuple(dict.fromkeys(file.path for file in done))
    size, lines = (sum(getattr(draft.now(path), name) for path in paths) for name in ("bytes", "lines"))
    return FileStored(paths=paths, operation=alone, bytes=size, lines=lines, files=tuple(done), **common)


def _told(
    operation: Operation, path: str, file: File, *, unchanged: bool = False, from_path: str | None = None
) -> StoredFile:
    sha256 = file.sha256.hex() if file.sha256 else None
    return StoredFile(
        path=path,
        operation=operation,
        sha256=sha256,
        bytes=file.bytes,
        lines=file.lines,
        from_path=from_path,
        unchanged=unchanged,
    )
