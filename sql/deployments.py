"""Deployments: who asked for what to be shown, how far that has come, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sql.database import AsyncTx, Tx
from sql.named import Named
from sql.pointers import Shown

QUERY = Named(__file__)
_NEWEST = 2**62
_WATCHED = 50


@dataclass(frozen=True, slots=True)
class Deployment:
    """One that has not ended. `flipped`: the pointer as it is now is its doing."""

    deployment_id: str
    n: int
    kind: str
    status: str
    step: str | None
    reason: str | None
    cause: str
    target: str
    build_id: str | None
    release_id: str | None
    from_release_id: str | None
    canary_percent: int | None
    tries: int
    before: str | None
    returns: str | None
    flipped: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One in a list."""

    deployment_id: str
    n: int
    environment: str
    kind: str
    target: str
    status: str
    step: str | None
    reason: str | None
    build_id: str | None
    release_id: str | None
    from_release_id: str | None
    canary_percent: int | None
    seconds: float | None
    story_id: str
    requested_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """One that is live, and whose health is looked at."""

    environment: str
    target: str
    release_id: str
    cause: str
    reading: str | None
    before: str | None


def ask(tx: Tx, app_id: str, **about: Any) -> None:
    """Write down that somebody wants a deployment, or that the build is there which one waited for."""
    tx.execute(QUERY.ask, {"app_id": app_id, **about})


def lose(tx: Tx, app_id: str, *, causation_id: str | None, reason: str) -> None:
    """Write down that the build will not come which one waited for."""
    tx.execute(QUERY.lose, {"app_id": app_id, "causation_id": causation_id, "reason": reason})


def pending(tx: Tx, app_id: str, environment: str) -> list[Deployment]:
    """Return what has not ended, in the order in which it was asked for."""
    rows = tx.execute(QUERY.pending, {"app_id": app_id, "environment": environment})
    return [Deployment(*row) for row in rows.fetchall()]


def newer(tx: Tx, app_id: str, environment: str, n: int) -> bool:
    """Tell whether something has been asked for since."""
    row = tx.execute(QUERY.newer, {"app_id": app_id, "environment": environment, "n": n}).fetchone()
    return bool(row and row[0])


def begin(tx: Tx, app_id: str, deployment_id: str, release_id: str | None) -> None:
    """Write down that somebody works on it, and what it shows."""
    tx.execute(QUERY.begin, {"app_id": app_id, "deployment_id": deployment_id, "release_id": release_id})


def step(tx: Tx, app_id: str, deployment_id: str, name: str, reason: str | None = None) -> None:
    """Write down how far it is."""
    tx.execute(QUERY.step, {"app_id": app_id, "deployment_id": deployment_id, "step": name, "reason": reason})


def flipped(tx: Tx, app_id: str, deployment_id: str, before: Shown, reading: str | None) -> None:
    """Write down, with the flip itself, what was shown before, and how the release fared until then."""
    about = {"deployment_id": deployment_id, "before": before.text(), "from_release_id": before.release_id}
    tx.execute(QUERY.flipped, {"app_id": app_id, "reading": reading, **about})


def wait_for(tx: Tx, app_id: str, deployment_id: str, event_id: str) -> None:
    """Put it aside until there is a build."""
    tx.execute(QUERY.wait_for, {"app_id": app_id, "deployment_id": deployment_id, "event_id": event_id})


def finish(
    tx: Tx, app_id: str, deployment_id: str, status: str, *, reason: str | None = None, watch: float | None = None
) -> float:
    """Write down how it ended, and return how long it has taken since it was asked for."""
    about = {"app_id": app_id, "deployment_id": deployment_id, "status": status, "reason": reason, "watch": watch}
    row = tx.execute(QUERY.finish, about).fetchone()
    return round(float(row[0]), 3) if row else 0.0


def built(tx: Tx, app_id: str, build_id: str) -> tuple[str | None, str] | None:
    """Return which release came of a build, and how that stands."""
    row = tx.execute(QUERY.built, {"app_id": app_id, "build_id": build_id}).fetchone()
    return (row[0], row[1]) if row else None


def before(tx: Tx, app_id: str, environment: str, release_id: str) -> str | None:
    """Return what was shown before a release came to be."""
    about = {"app_id": app_id, "environment": environment, "release_id": release_id}
    row = tx.execute(QUERY.before, about).fetchone()
    return row[0] if row else None


def before_it(tx: Tx, app_id: str, deployment_id: str) -> str | None:
    """Return what was shown before a deployment, as it was written down."""
    row = tx.execute(QUERY.before_it, {"app_id": app_id, "deployment_id": deployment_id}).fetchone()
    return row[0] if row else None


def taken_back(tx: Tx, app_id: str, deployment_id: str, reason: str | None) -> None:
    """Write down that what had been live no longer is, and why."""
    tx.execute(QUERY.taken_back, {"app_id": app_id, "deployment_id": deployment_id, "reason": reason})


def to_watch(tx: Tx) -> list[tuple[str, str]]:
    """Return whose health is to be looked at: the app and the deployment."""
    return [(row[0], row[1]) for row in tx.execute(QUERY.to_watch, {"count": _WATCHED}).fetchall()]


def look(tx: Tx, app_id: str, deployment_id: str) -> Watched | None:
    """Take it to look at its health; nothing where somebody else just has."""
    row = tx.execute(QUERY.look, {"app_id": app_id, "deployment_id": deployment_id}).fetchone()
    return Watched(*row) if row else None


def note_reading(tx: Tx, app_id: str, deployment_id: str, reading: str) -> None:
    """Write down what its health is compared with."""
    tx.execute(QUERY.note_reading, {"app_id": app_id, "deployment_id": deployment_id, "reading": reading})


def sicken(tx: Tx, app_id: str, deployment_id: str, reason: str) -> tuple[str, str] | None:
    """Ask, once, that it be taken back; return the environment and the event to go on from."""
    about = {"app_id": app_id, "deployment_id": deployment_id, "reason": reason}
    row = tx.execute(QUERY.sicken, about).fetchone()
    return (row[0], row[1]) if row else None


async def read_page(
    tx: AsyncTx, app_id: str, count: int, *, before: int = _NEWEST, environment: str | None = None
) -> Sequence[Listed]:
    """Return deployments, the newest first, on asyncio."""
    asked = {"app_id": app_id, "count": count, "before": before, "environment": environment}
    return [Listed(*row) for row in await (await tx.execute(QUERY.page, asked)).fetchall()]
