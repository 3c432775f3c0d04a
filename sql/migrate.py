"""Bring a database forward, one numbered file after the other.

Files are never edited once they have landed: a checksum is kept, and a difference is an error. An advisory lock
lets any number of processes try at once.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from sql.database import ROLES, role_password

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LOCK = 0x0F1EE7

_BOOK = """
create table if not exists public.fleet_migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default now()
)
"""


class Edited(Exception):
    """A migration that has landed was changed afterwards: put it back and add a new one instead."""


@dataclass(frozen=True)
class Migration:
    """One step forward."""

    number: int
    name: str
    text: bytes

    @property
    def checksum(self) -> str:
        """Return what proves that the file is the one that landed."""
        return hashlib.sha256(self.text).hexdigest()


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return every step in order."""
    paths = sorted(folder.glob("*.sql"))
    if wrong := [path.name for path in paths if not _NAME.fullmatch(path.name)]:
        raise ValueError(f"not NNNN_what_it_brings.sql: {', '.join(wrong)}")
    return [Migration(int(path.name[:4]), path.stem, path.read_bytes()) for path in paths]


def pending(owner_url: str, folder: Path = FOLDER) -> list[Migration]:
    """Return the steps this database has not taken."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        landed = connection.execute("select to_regclass('public.fleet_migrations')").fetchone()
        done = set() if landed == (None,) else _landed(connection).keys()
    return [step for step in migrations(folder) if step.number not in done]


def migrate(owner_url: str, folder: Path = FOLDER) -> list[Migration]:
    """Take every step that is missing and return those taken."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_BOOK)
        _create_roles(connection, owner_url)
        landed = _landed(connection)
        taken = []
        for step in migrations(folder):
            if (checksum := landed.get(step.number)) is not None:
                if checksum != step.checksum:
                    raise Edited(f"{step.name} differs from what landed here: put it back and add a new migration")
                continue
            _take(connection, step)
            taken.append(step)
        return taken


def _landed(connection: Connection[Any]) -> dict[int, str]:
    return dict(connection.execute("select number, checksum from public.fleet_migrations").fetchall())


def _take(connection: Connection[Any], step: Migration) -> None:
    with connection.transaction():
        connection.execute(step.text)
        connection.execute(
            "insert into public.fleet_migrations (number, name, checksum) values (%s, %s, %s)",
            (step.number, step.name, step.checksum),
        )


def _create_roles(connection: Connection[Any], owner_url: str) -> None:
    """Give each kind of process its login; a changed owner's password changes theirs."""
    for role in ROLES:
        name, password = sql.Identifier(role), role_password(owner_url, role)
        known = connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone()
        if known is None:
            connection.execute(sql.SQL("create role {} login").format(name))
        if password is not None:
            connection.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(password)))
        connection.execute(sql.SQL("alter role {} set statement_timeout = '30s'").format(name))
        connection.execute(sql.SQL("alter role {} set idle_in_transaction_session_timeout = '60s'").format(name))
