"""The apps' own users, and their sessions: each function is one statement in a transaction that has entered its app."""

from dataclasses import dataclass
from uuid import UUID

from contracts.tenant import DataEnv
from sql.database import AsyncTx
from sql.named import Named

QUERY = Named(__file__)


@dataclass(frozen=True, slots=True)
class EndUser:
    """Somebody who uses an app; without an e-mail address it is somebody without a name."""

    user_id: UUID
    email: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in, and for how long it can be renewed."""

    session_id: UUID
    user_id: UUID
    days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a token's bearer, as of now."""

    membership: bytes | None
    session_ended: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of a refresh token."""

    session_id: UUID
    user_id: UUID
    #: Used before, and not just now by another tab: it was stolen.
    reused: bool


async def create(tx: AsyncTx, app_id: str, env: DataEnv, user: EndUser, membership: bytes) -> bool:
    """Add a user; False: another has the address."""
    said = {"user_id": user.user_id, "email": user.email, "password": user.password, "hash": membership}
    return (await tx.execute(QUERY.create, {"app_id": app_id, "data_env": env, **said})).rowcount == 1


async def name(tx: AsyncTx, app_id: str, env: DataEnv, user: EndUser) -> bool:
    """Give a user without a name an address and a password; False: he has one."""
    said = {"user_id": user.user_id, "email": user.email, "password": user.password}
    return (await tx.execute(QUERY.name, {"app_id": app_id, "data_env": env, **said})).rowcount == 1


async def by_email(tx: AsyncTx, app_id: str, env: DataEnv, email: str) -> EndUser | None:
    """Return who has an address."""
    rows = await tx.execute(QUERY.by_email, {"app_id": app_id, "data_env": env, "email": email})
    return _user(await rows.fetchone())


async def by_id(tx: AsyncTx, app_id: str, env: DataEnv, user_id: UUID) -> EndUser | None:
    """Return who a token is about."""
    rows = await tx.execute(QUERY.by_id, {"app_id": app_id, "data_env": env, "user_id": user_id})
    return _user(await rows.fetchone())


async def begin(tx: AsyncTx, app_id: str, env: DataEnv, session: Session, token_hash: bytes) -> None:
    """Begin a session."""
    said = {"user_id": session.user_id, "session_id": session.session_id, "hash": token_hash, "days": session.days}
    await tx.execute(QUERY.begin, {"app_id": app_id, "data_env": env, **said})


async def refresh(tx: AsyncTx, app_id: str, env: DataEnv, old: bytes, new: bytes) -> Refreshed | None:
    """Exchange a refresh token for another; one that was used already ends its session."""
    rows = await tx.execute(QUERY.refresh, {"app_id": app_id, "data_env": env, "old": old, "new": new})
    row = await rows.fetchone()
    return None if row is None else Refreshed(*row)


async def end(tx: AsyncTx, app_id: str, session_id: UUID, *, everywhere: bool, because: str) -> None:
    """End a session, or all of its user."""
    said = {"app_id": app_id, "session_id": session_id, "everywhere": everywhere, "because": because}
    await tx.execute(QUERY.end, said)


async def standing(
    tx: AsyncTx, app_id: str, env: DataEnv, *, subject: str, session_id: UUID | None, caller: bytes
) -> Standing:
    """Return whether a token is still as good as when it was signed."""
    said = {"app_id": app_id, "data_env": env, "subject": subject, "session_id": session_id, "caller": caller}
    row = await (await tx.execute(QUERY.standing, said)).fetchone()
    assert row is not None  # noqa: S101 - a select without a table has one row
    return Standing(*row)


async def admit(tx: AsyncTx, app_id: str, env: DataEnv, subject: str, membership: bytes) -> None:
    """Put down that somebody whom the app's issuer vouches for belongs to the tenant."""
    said = {"app_id": app_id, "data_env": env, "subject": subject, "hash": membership}
    await tx.execute(QUERY.admit, said)


def _user(row: tuple[UUID, str | None, str | None] | None) -> EndUser | None:
    return None if row is None else EndUser(*row)
