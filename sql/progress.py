"""The per-app log that every stream is read from: gapless, in the order of commits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import Cursor

from sql.database import AsyncTx, Tx, enter
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the log; its body is a JSON object that lacks only the number."""

    kind: str
    event_id: str
    story_id: str
    message_id: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A step as a stream sends it."""

    seq: int
    kind: str
    message_id: str | None
    body: str

    @property
    def data(self) -> str:
        """Return the JSON object with its number in front."""
        return f'{{"seq":{self.seq},{self.body[1:]}'


def step(kind: str, about: dict[str, Any], fact: dict[str, Any]) -> Step:
    """Write a fact and what it is about as one JSON object, the fact's own fields at top level."""
    body = json.dumps({**about, **fact, "kind": kind}, separators=(",", ":"), ensure_ascii=False)
    return Step(kind, about["event_id"], about["story_id"], fact.get("message_id") or about.get("message_id"), body)


@dataclass(frozen=True, slots=True)
class Appended:
    """Steps on their way; asked within their transaction for the numbers it waits, afterwards they are there."""

    steps: Sequence[Step]
    head: Cursor[tuple[Any, ...]]

    def numbered(self) -> list[Numbered]:
        """Return the steps with their numbers."""
        row = self.head.fetchone()
        assert row is not None  # noqa: S101 - the statement always returns one row
        first = row[0] - len(self.steps) + 1
        return [Numbered(first + n, step.kind, step.message_id, step.body) for n, step in enumerate(self.steps)]


def append(tx: Tx, app_id: str, steps: Sequence[Step]) -> Appended:
    """Write steps as the last thing of a transaction."""
    return Appended(steps, tx.execute(QUERY.append, _columns(app_id, steps)))


async def tell(tx: AsyncTx, app_id: str, step: Step) -> Numbered:
    """Write one step as the last thing of a transaction, on asyncio."""
    row = await (await tx.execute(QUERY.append, _columns(app_id, [step]))).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns one row
    return Numbered(row[0], step.kind, step.message_id, step.body)


async def after(tx: AsyncTx, app_id: str, seq: int, count: int) -> list[Numbered]:
    """Return one page of an app's history behind a cursor."""
    rows = await tx.execute(QUERY.after, {"app_id": app_id, "seq": seq, "count": count})
    return [Numbered(*row) for row in await rows.fetchall()]


async def pages(tx: AsyncTx, cursors: Sequence[tuple[str, int]], count: int) -> dict[tuple[str, int], list[Numbered]]:
    """Return one page for each cursor, in one journey of one transaction that sees one app after the other."""
    async with tx.pipeline(), tx.transaction():
        asked = []
        for app_id, seq in cursors:
            await enter(tx, app_id)
            asked.append(await tx.execute(QUERY.after, {"app_id": app_id, "seq": seq, "count": count}))
        return {
            cursor: [Numbered(*row) for row in await rows.fetchall()]
            for cursor, rows in zip(cursors, asked, strict=True)
        }


async def story(
    tx: AsyncTx, story_id: str, app_ids: Sequence[str] | None, count: int = 1_000
) -> dict[str, list[Numbered]]:
    """Return what one event caused in these apps, or in any: its id is somebody's choice, and may be another's too."""
    wanted = {"story_id": story_id, "app_ids": None if app_ids is None else list(app_ids), "count": count}
    async with tx.transaction():
        await tx.execute(QUERY.look_for, wanted)
        rows = await (await tx.execute(QUERY.story, wanted)).fetchall()
    steps: dict[str, list[Numbered]] = {}
    for app_id, *row in rows:
        steps.setdefault(app_id, []).append(Numbered(*row))
    return steps


async def heads(tx: AsyncTx, app_ids: Sequence[str]) -> dict[str, int]:
    """Return the newest number of each app; an app without a story has 0."""
    rows = await tx.execute(QUERY.heads, {"app_ids": list(app_ids)})
    return {**dict.fromkeys(app_ids, 0), **dict(await rows.fetchall())}


async def oldest(tx: AsyncTx, app_id: str) -> int | None:
    """Return the first number that is still kept."""
    row = await (await tx.execute(QUERY.oldest, {"app_id": app_id})).fetchone()
    return row[0] if row else None


async def epoch(tx: AsyncTx) -> str:
    """Return the name of this history; a restored database has another."""
    row = await (await tx.execute(QUERY.epoch)).fetchone()
    assert row is not None  # noqa: S101 - a function's result is one row
    return str(row[0])


async def bump_epoch(tx: AsyncTx) -> None:
    """Call this history by another name, so that every stream begins anew."""
    await tx.execute(QUERY.bump_epoch)


async def active(tx: AsyncTx, within: timedelta) -> int:
    """Return how many apps something was told of lately."""
    row = await (await tx.execute(QUERY.active, {"keep": within})).fetchone()
    return row[0] if row else 0


async def forget(tx: AsyncTx, keep: timedelta, count: int = 10_000) -> int:
    """Delete a batch of history older than what is kept; return how much went."""
    return (await tx.execute(QUERY.forget, {"keep": keep, "count": count})).rowcount


def _columns(app_id: str, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "app_id": app_id,
        "count": len(steps),
        "kinds": [step.kind for step in steps],
        "event_ids": [step.event_id for step in steps],
        "story_ids": [step.story_id for step in steps],
        "message_ids": [step.message_id for step in steps],
        "bodies": [step.body for step in steps],
    }
