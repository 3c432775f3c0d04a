"""A folder kept published: changes are noticed, posted until accepted, and answered on the stream.

What left the folder while nobody watched leaves the app at the start: if the folder's watch had published it, and
nobody has changed it in the app since.
"""

import asyncio
import itertools
import os
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import httpx

from contracts.file import FileRejected
from gateway.cli import changes, events, facts, owned
from gateway.cli.changes import Batch
from gateway.cli.console import Trouble, complain, print_json, print_line
from gateway.cli.folder import Folder
from gateway.cli.follow import Away, Stream
from gateway.cli.noticing import touched
from gateway.cli.owned import Record
from gateway.cli.running import Fleet, Refused

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
#: Of an event's size, for all that is not its files.
_ENVELOPE_BYTES = 4_096
_REMEMBERED = 1_000


@dataclass
class Sent:
    """What went out as one event, and when its change was seen."""

    batch: Batch
    since: float


class Watch:
    """One folder, one app."""

    def __init__(self, fleet: Fleet, folder: Folder, app_id: str, *, as_json: bool) -> None:
        self._fleet, self._folder, self._app_id, self._as_json = fleet, folder, app_id, as_json
        self._known: dict[str, str] = {}
        self._record = Record(fleet.settings.home, folder.root, app_id)
        self._touched: set[Path] = set()
        self._since = 0.0
        self._stir = asyncio.Event()
        self._attached = asyncio.Event()
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._source = f"fleet-watch/{uuid4().hex[:8]}"
        self._sequence = itertools.count(1)

    async def run(self) -> None:
        """Publish the whole folder, then what changes, until somebody ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for task in (self._listen(), self._publish(), self._notice()):
                    tasks.create_task(task)
        except* Trouble as troubles:
            raise _first(troubles) from None

    async def _notice(self) -> None:
        """Collect what changes while the one before is still on its way."""
        async for paths in touched(self._folder):
            if not self._touched:
                self._since = time.monotonic()
            self._touched |= paths
            self._stir.set()

    async def _publish(self) -> None:
        await self._attached.wait()
        async with self._fleet.client("publisher", self._app_id) as client:
            await self._publish_all(client)
            while True:
                await self._stir.wait()
                self._stir.clear()
                paths, self._touched = self._touched, set()
                since = self._since
                for batch in await asyncio.to_thread(self._batches, paths):
                    await self._deliver(client, batch, since)

    async def _publish_all(self, client: httpx.AsyncClient) -> None:
        """Publish the folder: as one event, if one can hold it."""
        since = time.monotonic()
        most = self._fleet.settings.max_app_files
        self._known = await owned.left_behind(self._fleet, self._folder, self._app_id, self._record)
        whole = await asyncio.to_thread(self._batches, {self._folder.root})
        kept = [one for batch in whole for one in batch.files if one.get("operation") != "delete"]
        count, size = len(kept), sum(batch.size for batch in whole)
        if count > most:
            raise Trouble(f"{self._folder.root} has {count} files, more than the {most} that an app may have")
        complain(f"{self._folder.root} → {self._app_id}: {count} files, {size} bytes; Ctrl-C ends it", "dim")
        for batch in whole:
            await self._deliver(client, batch, since)

    def _batches(self, paths: set[Path]) -> list[Batch]:
        """Look at what was touched; new rules may bring in files anywhere."""
        self._folder.forget_rules()
        if any(path.name == ".gitignore" for path in paths):
            paths = {self._folder.root}
        now: dict[str, bytes | None] = {}
        for path in paths:
            now |= {self._folder.name(file): None for file in self._missing(path)}
            for file in self._folder.files(path):
                blob = self._folder.read(file)
                if blob is not None or not os.path.lexists(file):
                    now[self._folder.name(file)] = blob
        return changes.batches(self._known, now, self._fleet.settings.max_event_bytes - _ENVELOPE_BYTES)

    def _missing(self, path: Path) -> list[Path]:
        """Return what is known at a path or below it and is no longer there."""
        known = (self._folder.root / name for name in self._known)
        return [file for file in known if file.is_relative_to(path) and not os.path.lexists(file)]

    async def _deliver(self, client: httpx.AsyncClient, batch: Batch, since: float) -> None:
        """Post one event under one name until it is accepted: however long the gateway is away."""
        event = events.new("file-written", self._app_id, changes.data(batch))
        event = replace(event, source=self._source, sequence=next(self._sequence))
        self._sent[event.event_id] = Sent(batch, since)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        self._record.write(batch.claimed(self._known))
        pause = _FIRST_PAUSE
        while True:
            try:
                await events.post(client, event)
            except Away as away:
                if pause == _FIRST_PAUSE:
                    complain(f"{away}; keeping the change until it is back", "yellow")
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except Refused as refused:
                if refused.answer in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                    raise
                complain(f"not published: {refused}")
                return
            else:
                self._known = batch.applied(self._known)
                return

    async def _listen(self) -> None:
        """Show what comes of our own events, and how long it took."""
        stream = Stream(self._fleet, self._app_id, opened=self._attach)
        async for fact in stream.facts():
            if fact["kind"] == "reset":
                complain("the stream's history is gone; it goes on from here", "yellow")
            sent = self._sent.get(str(fact.get("story_id")))
            if sent is None:
                continue
            if fact["kind"] == FileRejected.kind:
                self._known = sent.batch.taken_back(self._known)
            milliseconds = round((time.monotonic() - sent.since) * 1000, 1)
            if self._as_json:
                print_json({**fact, "milliseconds": milliseconds}, indent=None)
            else:
                print_line(f"{facts.line(fact)}  {milliseconds:.0f} ms")

    async def _attach(self) -> None:
        self._attached.set()


def _first(troubles: BaseExceptionGroup[Trouble]) -> Trouble:
    trouble = troubles.exceptions[0]
    return trouble if isinstance(trouble, Trouble) else _first(trouble)
