"""From what a folder holds to what must be published: the fewest changes, packed into events. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.cli.events import content

#: Each path's digest as the fleet knows it.
Known = Mapping[str, str]


@dataclass
class Batch:
    """The changes of one event, and what the fleet knows once it has accepted it."""

    files: list[dict[str, Any]] = field(default_factory=list)
    after: dict[str, str | None] = field(default_factory=dict)
    size: int = 0

    def applied(self, known: Known) -> dict[str, str]:
        """Return what is known afterwards."""
        return {path: digest for path, digest in {**known, **self.after}.items() if digest is not None}

    def claimed(self, known: Known) -> dict[str, str]:
        """Return what the fleet may have of it from now on: what is to go, until it is gone."""
        return {**known, **{path: digest for path, digest in self.after.items() if digest is not None}}

    def taken_back(self, known: Known) -> dict[str, str]:
        """Return what is known once none of it was stored: nothing of these paths, so that the next save sends them."""
        self.after = dict.fromkeys(self.after)
        return self.applied(known)


def batches(known: Known, now: Mapping[str, bytes | None], most_bytes: int) -> list[Batch]:
    """Return the events that bring the fleet from what it knows to what is there now (None: gone).

    What goes is said first, so that a folder may take the place of a file. Where one event cannot hold it all, the
    largest files go first: an app's code comes together at the end, and no preview is drawn of half of it.
    """
    gone = {path: known[path] for path, blob in now.items() if blob is None and path in known}
    kept = {path: blob for path, blob in now.items() if blob is not None}
    renamed, written = [], []
    for path, blob in sorted(kept.items()):
        digest = hashlib.sha256(blob).hexdigest()
        if known.get(path) == digest:
            continue
        old = _moved_from(gone, digest) if path not in known and blob else None
        if old is None:
            written.append(({"path": path, **content(blob)}, {path: digest}))
        else:
            del gone[old]
            renamed.append(({"path": path, "operation": "rename", "from_path": old}, {old: None, path: digest}))
    deleted = [({"path": path, "operation": "delete"}, {path: None}) for path in sorted(gone)]
    packed = _packed([*deleted, *renamed, *written], most_bytes)
    if len(packed) <= 1:
        return packed
    written.sort(key=lambda step: len(kept[step[0]["path"]]), reverse=True)
    return _packed([*deleted, *renamed, *written], most_bytes)


def data(batch: Batch) -> dict[str, Any]:
    """Return the event's data: a file alone stays alone."""
    return dict(batch.files[0]) if len(batch.files) == 1 else {"files": batch.files}


def _moved_from(gone: Known, digest: str) -> str | None:
    return next((path for path, was in gone.items() if was == digest), None)


def _packed(steps: Iterable[tuple[dict[str, Any], Mapping[str, str | None]]], most_bytes: int) -> list[Batch]:
    packed: list[Batch] = []
    for change, after in steps:
        size = len(json.dumps(change, ensure_ascii=False).encode()) + 2
        if not packed or packed[-1].size + size > most_bytes:
            packed.append(Batch())
        packed[-1].files.append(change)
        packed[-1].after.update(after)
        packed[-1].size += size
    return packed
