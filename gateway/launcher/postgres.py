"""A private Postgres: own data, own port, a database `fleet` owned by a plain role."""

import os
import secrets
import shutil
import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql

from gateway.launcher.ports import LOOPBACK
from gateway.launcher.postgres_binaries import enterable, find_binaries
from gateway.launcher.programs import Program, primary_group
from gateway.launcher.service import PrivateService, ServiceError

#: Postgres refuses to run as root, and nobody else may enter root's folders.
ROOTS_SHELF = Path("/var/lib/overskill")

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "timezone": "UTC",
}

#: For tests. Commits still survive a kill -9 of every process; only a power cut would lose them.
CARELESS = {"fsync": "off", "full_page_writes": "off"}

SOCKET_PATH_LIMIT = 90


class PrivatePostgres(PrivateService):
    """Postgres for one FLEET_HOME or one test session; `url` is the owner's."""

    name = "postgres"
    farewell = signal.SIGINT  # the fast shutdown; SIGTERM would wait for the clients
    port_names: ClassVar = ("postgres",)

    def __init__(
        self,
        directory: Path,
        *,
        password: str,
        careless: bool = False,
        major: str | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(directory.resolve(), log)
        self._password = password
        self._careless = careless
        self._major = major
        self._user = _runs_as() if os.geteuid() == 0 else None

    @property
    def _shelf(self) -> Path:
        """Where root's cluster lies, named by a mark in its home: a home that is removed and made anew begins anew."""
        mark = self.directory / "shelf"
        if not mark.exists():
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark.write_text(secrets.token_hex(8))
        return ROOTS_SHELF / mark.read_text()

    @property
    def data(self) -> Path:
        """Where the cluster lies."""
        return (self._shelf if self._user else self.directory) / "data"

    @property
    def url(self) -> str:
        """The address of the database `fleet`, for its owner."""
        return self.url_of("fleet")

    @property
    def address(self) -> str:
        """The server's address, to be shown."""
        return f"postgresql://{LOOPBACK}:{self.ports['postgres']}/fleet"

    def url_of(self, database: str) -> str:
        """Return the owner's address of a database."""
        return f"postgresql://fleet:{quote(self._password, safe='')}@{LOOPBACK}:{self.ports['postgres']}/{database}"

    def create_database(self, name: str) -> str:
        """Create an empty database of the owner's, and return its address."""
        with self._superuser() as connection:
            connection.execute(
                sql.SQL("create database {} owner fleet template template0").format(sql.Identifier(name))
            )
        return self.url_of(name)

    def start(self, timeout: float = 60) -> None:
        """Start it, and see that role and database are there."""
        super().start(timeout)
        with self._superuser() as connection:
            if connection.execute("select from pg_roles where rolname = 'fleet'").fetchone() is None:
                connection.execute("create role fleet login createrole")
            password = sql.Literal(self._password)
            connection.execute(sql.SQL("alter role fleet password {}").format(password))
            if connection.execute("select from pg_database where datname = 'fleet'").fetchone() is None:
                connection.execute("create database fleet owner fleet")

    def discard(self) -> None:
        """End it and remove its data for good."""
        self.stop()
        shutil.rmtree(self._shelf if self._user else self.data, ignore_errors=True)

    def prepare(self) -> None:
        """Create the cluster where there is none, in a folder that only its user may enter."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted initdb has left
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self._user:
            ROOTS_SHELF.chmod(0o755)
            shutil.chown(self.data.parent, self._user, primary_group(self._user))
        self._superuser_password.touch(mode=0o600)
        self._superuser_password.write_text(secrets.token_urlsafe(24))
        self._initdb()

    def _initdb(self) -> None:
        """Write the cluster under another name first: a half-written one is never taken for whole."""
        draft = self.data.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        word = draft.with_name("word")
        word.touch(mode=0o600)
        word.write_text(self._superuser_password.read_text())
        if self._user:
            for path in (draft, word):
                shutil.chown(path, self._user, primary_group(self._user))
        options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
        with self.log.open("ab") as log:
            program = self._run("initdb", "-D", draft, f"--pwfile={word}", *options)
            failed = program.spawn(log).wait() != 0
        word.unlink()
        if failed:
            raise ServiceError(f"initdb failed. Its last words ({self.log}):\n{self.last_words()}")
        draft.rename(self.data)

    def program(self) -> Program:
        """Return the server with its settings on the command line: a new choice needs no edit of files."""
        settings = SETTINGS | (CARELESS if self._careless else {}) | {"port": str(self.ports["postgres"])}
        settings["unix_socket_directories"] = str(self.data) if len(str(self.data)) < SOCKET_PATH_LIMIT else ""
        return self._run("postgres", "-D", self.data, *(f"--{name}={value}" for name, value in settings.items()))

    def _run(self, binary: str, *arguments: str | Path) -> Program:
        version = self.data / "PG_VERSION"
        wanted = version.read_text().strip() if version.exists() else self._major
        folder = find_binaries(wanted)
        if folder is None:
            raise ServiceError(f"no Postgres {wanted or ''} is installed: `fleet doctor` says how to mend that")
        if self._user:
            folder = enterable(folder, ROOTS_SHELF)
        return Program(
            arguments=[folder / binary, *arguments],
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            directory=self.data.parent,
            user=self._user,
            farewell=self.farewell,
        )

    def ready(self) -> bool:
        """Whether the server's own note says so, in the line that pg_ctl reads too."""
        note = self.data / "postmaster.pid"
        lines = note.read_text().splitlines() if note.exists() else []
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and lines[7:8] == ["ready   "]

    @property
    def _superuser_password(self) -> Path:
        return self.directory / "superuser"

    def _superuser(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.ports["postgres"],
            user="postgres",
            dbname="postgres",
            password=self._superuser_password.read_text(),
            autocommit=True,
        )


def _runs_as() -> str:
    """Return whom Postgres runs as when we are root."""
    import pwd  # noqa: PLC0415 - absent on Windows, where there is no root

    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
