"""The files of an app as its actor needs them: what is known of some paths, and one more version."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.path import ancestors
from contracts.tree import Draft, Entry, File
from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)


class Overtaken(Exception):
    """Another event began the app at the same moment: try again."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """An app as far as an event concerns it; `earlier` is the state that a restore asks for, where there is one."""

    version: int = 0
    file_count: int = 0
    file_bytes: int = 0
    is_new: bool = True
    known: Mapping[str, Entry] = field(default_factory=dict)
    earlier: Mapping[str, File] | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """What one event makes of an app's files, and the name of it."""

    shelf: Shelf
    draft: Draft
    event_id: str
    message_id: str | None = None
    name: str | None = None

    @property
    def version(self) -> int:
        """Return the app's version afterwards."""
        return self.shelf.version + bool(self.draft.changed())


def load(tx: Tx, app_id: str, paths: Collection[str], folders: Collection[str]) -> Shelf:
    """Lock an app and return what is known of these paths, of what stands above them, and below the folders."""
    wanted = {*paths, *(folder for path in paths for folder in ancestors(path))}
    app = tx.execute(QUERY.lock, {"app_id": app_id})
    asked = {"app_id": app_id, "paths": sorted(wanted), "folders": sorted(folders)}
    known = tx.execute(QUERY.known, asked, binary=True)
    return _shelf(app.fetchone(), dict(map(_entry, known.fetchall())))


def load_all(tx: Tx, app_id: str, version: int) -> Shelf:
    """Lock an app and return all that is known of it, with its files as they were at a version."""
    app = tx.execute(QUERY.lock, {"app_id": app_id})
    known = tx.execute(QUERY.all_known, {"app_id": app_id}, binary=True)
    exists = tx.execute(QUERY.has_version, {"app_id": app_id, "version": version})
    then = tx.execute(QUERY.at_version, {"app_id": app_id, "version": version}, binary=True)
    earlier = {path: File(*file) for path, *file in then.fetchall()} if exists.fetchone() is not None else None
    return _shelf(app.fetchone(), dict(map(_entry, known.fetchall())), earlier)


def store(tx: Tx, app_id: str, edition: Edition) -> None:
    """Write what an event has changed, and remember how far its source has come."""
    draft, was, version = edition.draft, edition.shelf, edition.version
    entries = {path: draft.entry(path, version) for path in sorted(draft.touched)}
    entries = {path: entry for path, entry in entries.items() if entry != draft.before(path)}
    if not entries:
        return
    more_files, more_bytes = draft.growth()
    about = {
        "app_id": app_id,
        "was": was.version,
        "version": version,
        "file_count": was.file_count + more_files,
        "file_bytes": was.file_bytes + more_bytes,
        "event_id": edition.event_id,
        "message_id": edition.message_id,
        "name": edition.name,
        "contents": list(draft.blobs().values()),
    }
    kept = tx.execute(QUERY.keep, {**about, **_columns(entries, draft)})
    if was.is_new and kept.fetchone() is None:  # waited for only where it can be
        raise Overtaken(app_id)


def _shelf(app: tuple[Any, ...] | None, known: Mapping[str, Entry], earlier: Mapping[str, File] | None = None) -> Shelf:
    if app is None:
        return Shelf(known=known, earlier=earlier)
    version, count, size = app
    return Shelf(version, count, size, is_new=False, known=known, earlier=earlier)


def _entry(row: tuple[Any, ...]) -> tuple[str, Entry]:
    path, sha256, size, lines, version, sequences = row
    return path, Entry(File(sha256, size, lines), version, sequences)


def _columns(entries: Mapping[str, Entry], draft: Draft) -> dict[str, list[Any]]:
    changed, files = set(draft.changed()), [entry.file for entry in entries.values()]
    return {
        "paths": list(entries),
        "operations": [_operation(path, draft) for path in entries],
        "from_paths": [draft.touched[path] for path in entries],
        "changed": [path in changed for path in entries],
        "hashes": [file.sha256 for file in files],
        "bytes": [file.bytes for file in files],
        "lines": [file.lines for file in files],
        "versions": [entry.version for entry in entries.values()],
        "sequences": [json.dumps(entry.sequences) for entry in entries.values()],
    }


def _operation(path: str, draft: Draft) -> str:
    """Return what happened to a path in the end."""
    if draft.now(path).sha256 is None:
        return "delete"
    return "rename" if draft.touched[path] else "write"
