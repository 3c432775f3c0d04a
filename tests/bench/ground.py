"""Private services as `fleet up` starts them (fsync on), and processes that come and go with a benchmark."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any

import httpx
import pika
import psutil

from actors.fleet import FLEET
from actors.runtime.actor import Actor
from actors.runtime.topology import declare_all
from gateway.launcher import ports
from gateway.launcher.postgres import PrivatePostgres
from gateway.launcher.programs import Program, end
from gateway.launcher.rabbitmq import PrivateRabbit
from gateway.tokens import mint
from sql.migrate import migrate

ROOT = Path(__file__).parents[2]
PATIENCE = 30


@dataclass
class Running:
    """A process of ours, and where it listens, if it does."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    http: str = ""

    @property
    def memory(self) -> int:
        """Return its resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    @property
    def seconds(self) -> float:
        """Return how long it has used a core."""
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)


class Ground:
    """A broker, a database, and the settings that lead to them."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder, self.quick = folder, quick
        self.secret = secrets.token_hex(32)
        self.rabbit = PrivateRabbit(folder / "rabbitmq", password=secrets.token_hex(8))
        self.postgres = PrivatePostgres(folder / "postgres", password=secrets.token_hex(8))
        self._processes = 0

    @classmethod
    @contextmanager
    def opened(cls, *, quick: bool) -> Iterator["Ground"]:
        """Start the services, and leave nothing of them behind."""
        with ExitStack() as stack:
            folder = Path(tempfile.mkdtemp(prefix="fleet-bench-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            ground = cls(folder, quick=quick)
            stack.callback(ground.postgres.discard)
            ground.postgres.start()
            stack.callback(ground.rabbit.stop)
            ground.rabbit.start()
            migrate(ground.postgres.url)
            declare_all(ground.rabbit.url, FLEET)
            yield ground

    def declare(self, *actors: Actor) -> None:
        """Make the queues of actors that are no part of the fleet."""
        declare_all(self.rabbit.url, actors)

    def few(self, count: int) -> int:
        """Return how many of something to take: all, or a tenth when it must be quick."""
        return max(1, count // 10) if self.quick else count

    def rabbit_version(self) -> str:
        with pika.BlockingConnection(pika.URLParameters(self.rabbit.url)) as connection:
            return str(connection._impl.server_properties["version"])  # noqa: SLF001 - nothing else says it

    def token(self, role: str = "viewer") -> str:
        return mint(self.secret, role=role, apps=("*",), ttl=86_400)

    def environment(self, **more: str) -> dict[str, str]:
        metrics = self.folder / "metrics"
        metrics.mkdir(exist_ok=True)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "FLEET_HOME": str(self.folder),
            "FLEET_AMQP_URL": self.rabbit.url,
            "FLEET_DATABASE_URL": self.postgres.url,
            "FLEET_JWT_SECRET": self.secret,
            "FLEET_LOG_FORMAT": "json",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    @contextmanager
    def running(self, module: str, *arguments: str, http: str = "", **more: str) -> Iterator[Running]:
        """Run one process until the block ends; it is ready when it has said so."""
        self._processes += 1
        log = self.folder / f"{module}-{self._processes}.log"
        program = Program(
            arguments=[sys.executable, "-m", module, *arguments],
            environment=self.environment(**more),
            directory=ROOT,
        )
        with log.open("wb") as output:
            running = Running(module, program.spawn(output), log, http)
        try:
            _until_ready(running)
            yield running
        finally:
            end(running.process, SIGTERM, PATIENCE)

    @contextmanager
    def gateway(self, **more: str) -> Iterator[Running]:
        """Run a gateway on a port of its own, until it has everything it needs."""
        address = f"127.0.0.1:{ports.choose(1)[0]}"
        with self.running("gateway", http=address, FLEET_HTTP=address, **more) as running:
            deadline = time.monotonic() + PATIENCE
            while httpx.get(f"http://{address}/readyz").status_code != httpx.codes.OK:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the gateway is not ready: {running.log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield running


def _until_ready(running: Running) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any(_event(line) == "ready" for line in running.log.read_text(errors="replace").splitlines()):
        if running.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{running.name} did not start: {running.log.read_text()[-2000:]}")
        time.sleep(0.02)


def _event(line: str) -> Any:
    try:
        return json.loads(line).get("event")
    except (ValueError, AttributeError):
        return None
