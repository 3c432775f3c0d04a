"""What is still to be done for a schema change that was begun: taken by whoever is free, lost with the lease."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sql.database import Tx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of a table to be entered into rules ('build'), or what is left of them to be deleted ('clear')."""

    app_id: str
    work_id: int
    kind: str
    table_id: int
    rules: list[int]
    fields: list[int]
    change: str
    cause: str
    undo: Sequence[dict[str, Any]] = ()
    tenant_id: UUID | None = None
    seen: UUID | None = None
    done: int = 0
    fence: int = 0


def add(tx: Tx, work: Work) -> None:
    """Write down what is to be done."""
    about = {
        "app_id": work.app_id,
        "kind": work.kind,
        "table_id": work.table_id,
        "rules": work.rules,
        "fields": work.fields,
        "change": work.change,
        "cause": work.cause,
        "undo": json.dumps(list(work.undo)),
    }
    tx.execute(QUERY.add, about)


def left_over(tx: Tx, count: int) -> list[tuple[str, int]]:
    """Return what nobody is at, of whatever app."""
    return [(app_id, work_id) for app_id, work_id in tx.execute(QUERY.left_over, {"count": count}).fetchall()]


def take(tx: Tx, app_id: str, work_id: int, seconds: float) -> Work | None:
    """Take it, if it is still there and nobody else has."""
    row = tx.execute(QUERY.take, {"app_id": app_id, "work_id": work_id, "seconds": seconds}).fetchone()
    return Work(*row) if row else None


def advance(tx: Tx, work: Work, seconds: float) -> bool:
    """Write how far it has come, and hold it longer; return whether it is still ours."""
    about = {
        "app_id": work.app_id,
        "work_id": work.work_id,
        "fence": work.fence,
        "tenant_id": work.tenant_id,
        "seen": work.seen,
        "done": work.done,
        "seconds": seconds,
    }
    return tx.execute(QUERY.advance, about).fetchone() is not None


def end(tx: Tx, work: Work) -> bool:
    """Strike it out; return whether it was still ours."""
    about = {"app_id": work.app_id, "work_id": work.work_id, "fence": work.fence}
    return tx.execute(QUERY.end, about).fetchone() is not None
