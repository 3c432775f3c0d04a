"""Where the milliseconds of an update went, from what the fleet's processes wrote down on the way. Times in ms."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from sql.database import role_url

#: The budget of a hot update, step by step; what adds up to one line of it stands together.
BUDGET = {
    "in: published → taken up by store_file": 1.5,
    "store: taken up → file-stored committed": 1,
    "hop: committed → taken up by refresh_preview": 1,
    "take: taken up → what has changed is read": 0,
    "draw": 2,
    "draw, compile": 0,
    "draw, css": 0,
    "draw, the rest": 0,
    "settle: drawn → revision committed": 1,
    "to the page: committed → heard by it": 1.5,
    "browser: heard → document changed": 8,
}


@dataclass(frozen=True)
class Edit:
    """One update, and what its page saw."""

    event_id: str
    published: float
    changed: float
    #: When the page heard of each revision.
    heard: Mapping[str, float]

    @property
    def took(self) -> float:
        return self.changed - self.published


def split(edits: Sequence[Edit], logs: Sequence[Path], database_url: str, app_id: str) -> dict[str, list[float]]:
    """Return the samples of every step; an edit of which something is not known counts for none."""
    ended = {(actor, story): (at, took) for log in logs for actor, story, at, took in _deliveries(log)}
    told = dict(_updates(database_url, app_id))
    samples: dict[str, list[float]] = {step: [] for step in BUDGET}
    for edit in edits:
        stored = ended.get(("store_file", edit.event_id))
        drawn = ended.get(("refresh_preview", edit.event_id))
        if stored is None or drawn is None or edit.event_id not in told:
            continue
        rev, settling, spent = told[edit.event_id]
        began, heard = drawn[0] - drawn[1], edit.heard[rev]
        found = (
            stored[0] - stored[1] - edit.published,
            stored[1],
            began - stored[0],
            settling - spent["total"] - began,
            spent["total"],
            spent["compile"],
            spent["css"],
            spent["total"] - spent["compile"] - spent["css"],
            drawn[0] - settling,
            heard - drawn[0],
            edit.changed - heard,
        )
        for step, took in zip(BUDGET, found, strict=True):
            samples[step].append(took)
    return samples


def _deliveries(log: Path) -> Iterator[tuple[str, str, float, float]]:
    """Yield actor, story, end and duration of every delivery that a worker has logged."""
    for line in log.read_text().splitlines():
        said = json.loads(line)
        if said.get("event") == "delivery_ended":
            story = said.get("story_id") or said["event_id"]
            yield said["actor"], story, _milliseconds(said["timestamp"]), said["seconds"] * 1000


def _updates(database_url: str, app_id: str) -> Iterator[tuple[str, tuple[str, float, dict[str, Any]]]]:
    """Yield story, revision, when it began to be settled, and what drawing it took."""
    with psycopg.connect(role_url(database_url, "fleet_worker")) as tx:
        tx.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
        bodies = tx.execute("select body from fleet.progress where kind = 'preview-updated'").fetchall()
        begun: dict[int, float] = dict(
            tx.execute("select revision, extract(epoch from at)::float8 * 1000 from fleet.preview_revisions").fetchall()
        )
    for (body,) in bodies:
        fact = json.loads(body)
        settling = begun[int(fact["revision"].rpartition(".")[2])]
        yield fact["story_id"], (fact["revision"], settling, fact["milliseconds"])


def _milliseconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp() * 1000
