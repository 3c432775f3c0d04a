"""What an environment of an app shows, and every decision about that."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from sql.database import AsyncTx, Tx
from sql.named import Named

QUERY = Named(__file__)
_EVERYBODY = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A release for everybody, perhaps another for some; `n` counts the decisions."""

    n: int = 0
    release_id: str | None = None
    previous_release_id: str | None = None
    canary_release_id: str | None = None
    canary_percent: int | None = None
    deployment_id: str | None = None

    def deployed(self, release_id: str, percent: int | None) -> Self:
        """Return what is shown with a release, to everybody or to some. Nobody's part ends a trial."""
        plain = replace(self, canary_release_id=None, canary_percent=None)
        if percent == 0 and self.release_id is not None:
            return plain
        if percent in {None, 0, _EVERYBODY} or self.release_id is None:
            same = release_id == self.release_id
            return replace(
                plain, release_id=release_id, previous_release_id=self.previous_release_id if same else self.release_id
            )
        if release_id == self.release_id:
            return plain
        return replace(plain, canary_release_id=release_id, canary_percent=percent)

    def back_at(self, release_id: str, previous: str | None) -> Self:
        """Return what is shown when an earlier release is shown again, behind which lies another."""
        return replace(
            self, release_id=release_id, previous_release_id=previous, canary_release_id=None, canary_percent=None
        )

    def text(self) -> str:
        """Write it down, to return to it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str | None) -> Self:
        """Read what was written down."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, slots=True)
class Listed:
    """An environment, and what it shows."""

    environment: str
    n: int
    release_id: str | None
    previous_release_id: str | None
    canary_release_id: str | None
    canary_percent: int | None
    deployment_id: str | None
    target: str
    updated_at: datetime


def read(tx: Tx, app_id: str, environment: str) -> Shown:
    """Return what is shown."""
    row = tx.execute(QUERY.read, {"app_id": app_id, "environment": environment}).fetchone()
    return Shown(*row) if row else Shown()


def flip(tx: Tx, app_id: str, environment: str, to: Shown, *, target: str, past: int = 0) -> Shown:
    """Decide what is shown from now on, and return it with its number, which is past all there were."""
    about: dict[str, Any] = {"app_id": app_id, "environment": environment, "target": target, "past": past, **asdict(to)}
    row = tx.execute(QUERY.flip, about).fetchone()
    assert row is not None  # noqa: S101 - the statement always returns one row
    return replace(to, n=row[0])


async def read_list(tx: AsyncTx, app_id: str) -> Sequence[Listed]:
    """Return what each environment shows, on asyncio."""
    return [Listed(*row) for row in await (await tx.execute(QUERY.list, {"app_id": app_id})).fetchall()]
