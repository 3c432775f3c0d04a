"""A broker, a database and the processes on them: what a test may take away, and what must hold afterwards."""

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pika
import psycopg
from pika.exceptions import AMQPError

from actors.fleet import GROUPS
from contracts.settings import Settings
from contracts.topology import DELAYS_MS, dead_queue, delay
from gateway.launcher import ports
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.rabbitmq import PrivateRabbit, find_scripts
from gateway.tokens import mint
from sql.database import role_url
from tests.actors.conftest import Bus
from tests.faults.process import Process
from tests.patience import PATIENCE, until

SECRET = "a secret of forty characters for the tests"


@dataclass
class Ground:
    """Two services and everything that a test has started on them."""

    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    home: Path
    processes: list[Process] = field(default_factory=list)
    buses: list[Bus] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def settings(self) -> Settings:
        """What a crew in this process is told."""
        known = {"amqp_url": self.rabbit.url, "database_url": self.postgres.url, "home": self.home}
        return Settings.model_validate({**known, "worker_threads": 4})

    def bus(self) -> Bus:
        """Open an ear and a mouth for one test; a restarted broker has forgotten the old ones."""
        self.buses.append(Bus(self.rabbit.url))
        return self.buses[-1]

    def leave(self) -> None:
        """End what a test has left, however it went: the next one must not be blamed for it."""
        for process in self.processes:
            process.started.kill()
            process.started.wait()
        for bus in self.buses:
            with suppress(AMQPError, OSError):
                bus.connection.close()
        self.processes.clear()
        self.buses.clear()
        with suppress(AMQPError, OSError), pika.BlockingConnection(pika.URLParameters(self.rabbit.url)) as connection:
            channel = connection.channel()
            for queue in self.left_over():
                channel.queue_purge(queue)

    def start(self, module: str, *arguments: str, wait: bool = True, **variables: str) -> Process:
        """Start a process, and return when it is ready."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        ours = {
            "FLEET_HOME": str(self.home),
            "FLEET_AMQP_URL": self.rabbit.url,
            "FLEET_DATABASE_URL": self.postgres.url,
            "FLEET_JWT_SECRET": SECRET,
            "FLEET_LOG_FORMAT": "json",
            "FLEET_WORKER_THREADS": "4",
            "PYTHONUNBUFFERED": "1",
        }
        log = self.home / f"{next(self._numbers)}-{module}.log"
        process = Process(module, *arguments, environment=kept | ours | variables, log=log)
        self.processes.append(process)
        if wait:
            process.until("ready")
        return process

    def worker(self, *, wait: bool = True, **variables: str) -> Process:
        return self.start("actors.worker", "--group", "files", wait=wait, **variables)

    def relay(self, *, wait: bool = True, **variables: str) -> Process:
        return self.start("actors.relay", wait=wait, **variables)

    def gateway(self, *, wait: bool = True, address: str = "", **variables: str) -> "Gateway":
        address = address or f"127.0.0.1:{ports.choose(1)[0]}"
        return Gateway(self.start("gateway", wait=wait, FLEET_HTTP=address, **variables), address)

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as who sees and may do everything."""
        password = (self.postgres.directory / "superuser").read_text()
        return psycopg.connect(self.postgres.url, user="postgres", password=password, autocommit=True)

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database as its superuser, who sees every app."""
        with self.superuser() as connection:
            asked = connection.execute(sql.encode(), parameters or None)
            return asked.fetchall() if asked.description else []

    def story(self, app_id: str) -> list[tuple[int, str, str]]:
        """Return an app's steps: number, kind and whose story it is."""
        found = self.ask("select seq, kind, story_id from fleet.progress where app_id = %s order by seq", app_id)
        return [(seq, kind, story_id) for seq, kind, story_id in found]

    def files(self, app_id: str) -> dict[str, str]:
        """Return an app's files."""
        with psycopg.connect(role_url(self.postgres.url, "fleet_worker")) as connection:
            connection.execute("select set_config('fleet.app_id', %s, true)", (app_id,))
            rows = connection.execute(
                "select path, convert_from(content, 'UTF8') from fleet.files join fleet.blobs using (sha256)"
            )
            return dict(rows.fetchall())

    def stored(self, app_ids: list[str]) -> int:
        """Return how many stories of these apps have ended well."""
        kinds = "select count(*) from fleet.progress where kind = 'file-stored' and app_id = any(%s)"
        return int(self.ask(kinds, app_ids)[0][0])

    def all_stored(self, app_ids: list[str], count: int) -> None:
        """Wait until so many stories have ended well, as long as they go on doing so."""
        stored, deadline = 0, time.monotonic() + PATIENCE
        while stored < count:
            time.sleep(0.05)
            if (now := self.stored(app_ids)) != stored:
                stored, deadline = now, time.monotonic() + PATIENCE
            assert time.monotonic() < deadline, f"{stored} of {count} stored, {self.owed()} owed, and nothing moves"

    def owed(self) -> int:
        """Return how many events still wait in the outbox."""
        return int(self.ask("select count(*) from fleet.outbox")[0][0])

    def left_over(self) -> dict[str, int]:
        """Return what lies in queues; only what nobody holds is seen, so ask when the workers have gone."""
        actors = GROUPS["files"]  # those that run here
        queues = [actor.queue for actor in actors] + [dead_queue(actor.name) for actor in actors]
        connection = pika.BlockingConnection(pika.URLParameters(self.rabbit.url))
        try:
            channel = connection.channel()
            names = [*queues, *map(delay, DELAYS_MS)]
            found = {name: channel.queue_declare(name, passive=True).method.message_count for name in names}
        finally:
            connection.close()
        return {name: messages for name, messages in found.items() if messages}

    def gapless(self, app_ids: list[str]) -> None:
        """See that every story is numbered without a gap, and that its head is its last step."""
        rows = self.ask(
            "select app_id, count(*), min(progress.seq), max(progress.seq), max(heads.seq) from fleet.progress "
            "join fleet.progress_heads as heads using (app_id) where app_id = any(%s) group by app_id",
            app_ids,
        )
        assert [row for row in rows if not (row[2] == 1 and row[1] == row[3] == row[4])] == []

    def rabbitmqctl(self, *arguments: str) -> None:
        """Tell the broker as an operator does."""
        scripts = find_scripts()
        assert scripts is not None
        home = self.rabbit.directory / "home"
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "ERL_EPMD_PORT": str(self.rabbit.ports["epmd"]),
            "RABBITMQ_CONF_ENV_FILE": str(self.rabbit.directory / "rabbitmq-env.conf"),
        }
        command = [str(scripts / "rabbitmqctl"), "--node", "fleet@localhost", *arguments]
        told = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr

    def whole(self) -> None:
        """See that all that came in has gone out: no event owed, none left in a queue, every process ended well."""
        if self.owed() and not any("relay" in process.log.name for process in self.processes):
            self.relay()
        try:
            until(lambda: not self.owed(), "an empty outbox")
        finally:
            for process in self.processes:
                process.end()
            self.processes.clear()
        assert self.left_over() == {}


@dataclass
class Gateway:
    """A gateway's process and where it answers."""

    process: Process
    address: str

    def ready(self) -> dict[str, Any]:
        """Return what it says of itself; nothing where it does not answer."""
        with suppress(httpx.TransportError):
            return dict(httpx.get(f"http://{self.address}/readyz", timeout=PATIENCE).json())
        return {}

    def publish(self, app_id: str, data: dict[str, Any], event_id: str = "") -> httpx.Response:
        """Post a file-written."""
        token = mint(SECRET, role="publisher", apps=("*",), ttl=3600)
        event = {
            "specversion": "1.0",
            "id": event_id or str(uuid.uuid4()),
            "source": "test",
            "type": "overskill.file-written",
            "subject": app_id,
            "data": data,
        }
        headers = {"authorization": f"Bearer {token}", "content-type": "application/cloudevents+json"}
        return httpx.post(f"http://{self.address}/v1/events", json=event, headers=headers, timeout=PATIENCE)


@contextmanager
def held(ground: Ground, app_id: str) -> Iterator[None]:
    """Keep an app's row, so that whoever wants to change its files stands still in the middle of it."""
    with ground.superuser() as connection, connection.transaction():
        connection.execute("select from fleet.apps where app_id = %s for update", (app_id,))
        yield


def waiting(ground: Ground) -> bool:
    """Tell whether somebody waits for a row."""
    return ground.ask("select pid from pg_stat_activity where wait_event_type = 'Lock'") != []
