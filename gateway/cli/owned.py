"""What a folder's watch has published: so that what leaves the folder while nobody watches can leave the app, too."""

import asyncio
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from http import HTTPStatus
from pathlib import Path

from gateway.cli import running
from gateway.cli.console import complain
from gateway.cli.folder import Folder
from gateway.cli.running import Fleet, Refused

_NAMED = 20


class Record:
    """Each path that one folder gave to one app, and the digest of what it gave; kept from one watch to the next.

    It is written before anything is published: a watch that is killed meanwhile has not lost what it owns.
    """

    def __init__(self, home: Path, folder: Path, app_id: str) -> None:
        """Another folder's watch owns nothing of what this one published."""
        self._place = home / "watch" / f"{app_id}-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}.json"
        self._said = False

    def read(self) -> dict[str, str]:
        """Return what was published; nothing where that is not known."""
        try:
            found = json.loads(self._place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(path): str(digest) for path, digest in found.items()} if isinstance(found, dict) else {}

    def write(self, published: Mapping[str, str]) -> None:
        """Remember what was published, whole or not at all."""
        fresh = self._place.with_suffix(".new")
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.write_text(json.dumps(published), encoding="utf-8")
            fresh.replace(self._place)
        except OSError as error:
            if not self._said:
                complain(f"what is published cannot be remembered in {fresh.parent}: {error.strerror}", "yellow")
            self._said = True


async def left_behind(fleet: Fleet, folder: Folder, app_id: str, record: Record) -> dict[str, str]:
    """Return what the app has of a folder that no longer has it, and say what becomes of it."""
    gone, empty = await asyncio.to_thread(_gone, folder, record.read())
    if gone and empty:
        complain(f"{folder.root} is empty: nothing of {app_id} is deleted for that", "yellow")
    if not gone or empty:
        return {}
    there = await _there(fleet, app_id)
    ours = {path: digest for path, digest in gone.items() if there.get(path) == digest}
    if ours:
        complain(f"deleted while nobody watched, and now from {app_id}, too: {_named(ours)}", "yellow")
    if changed := [path for path in gone if path in there and path not in ours]:
        complain(f"deleted here, but changed in {app_id} since, and so left there: {_named(changed)}", "yellow")
    return ours


def _gone(folder: Folder, published: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Return what was published and is no longer there, ignored or not; and whether nothing is there at all."""
    here = {folder.name(file) for file in folder.files(folder.root)}
    gone = {path: digest for path, digest in published.items() if path not in here}
    return {path: gone[path] for path in gone if not os.path.lexists(folder.root / path)}, not here


async def _there(fleet: Fleet, app_id: str) -> dict[str, str]:
    """Return the digest of each of the app's files."""
    try:
        listed = await running.get(fleet, f"/v1/apps/{app_id}/files", app_id)
    except Refused as refused:
        if refused.answer != HTTPStatus.NOT_FOUND:
            raise
        return {}
    return {one["path"]: one["sha256"] for one in listed["files"]}


def _named(paths: Collection[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(sorted(paths)[:_NAMED]) + more
