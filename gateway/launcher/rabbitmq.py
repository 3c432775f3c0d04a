"""A private RabbitMQ: own node, own epmd, own folder, no trace of the system's broker."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from gateway.launcher.notice import Notice
from gateway.launcher.ports import LOOPBACK
from gateway.launcher.programs import Program, end
from gateway.launcher.service import PrivateService, ServiceError

INSTALLED = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",  # Debian, Fedora
    "/opt/homebrew/opt/rabbitmq/sbin",
    "/usr/local/opt/rabbitmq/sbin",
    "/opt/rabbitmq/sbin",  # the official image
)


def find_scripts() -> Path | None:
    """Return the folder of the server's own scripts; distributions' wrappers switch user and folder."""
    for pattern in INSTALLED:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / "rabbitmq-server").exists():
                return folder
    on_path = shutil.which("rabbitmq-server")
    beside = Path(on_path).resolve().parent if on_path else None
    return beside if beside and (beside / "rabbitmq-env").exists() else None


class PrivateRabbit(PrivateService):
    """RabbitMQ for one FLEET_HOME or one test session, at `url`."""

    name = "rabbitmq"
    farewell = signal.SIGTERM
    port_names: ClassVar = ("amqp", "distribution", "epmd", "metrics")

    def __init__(self, directory: Path, *, password: str, log: Path | None = None, observed: bool = False) -> None:
        super().__init__(directory.resolve(), log)
        self._observed = observed
        self._password = password
        self._epmd: subprocess.Popen[bytes] | None = None
        self._notice: Notice | None = None

    @property
    def url(self) -> str:
        """The AMQP address, with the password."""
        return f"amqp://fleet:{quote(self._password, safe='')}@{LOOPBACK}:{self.ports['amqp']}/%2F"

    @property
    def address(self) -> str:
        """The AMQP address, to be shown."""
        return f"amqp://{LOOPBACK}:{self.ports['amqp']}"

    @property
    def metrics(self) -> str | None:
        """Where its exporter listens, if it has one."""
        return f"{LOOPBACK}:{self.ports['metrics']}" if self._observed else None

    def prepare(self) -> None:
        """Lay out the folder; the cookie must be its owner's alone, or Erlang refuses."""
        for folder in (self.directory, self.directory / "home", self.directory / "log"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        cookie = self.directory / "home/.erlang.cookie"
        if not cookie.exists():
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)
        (self.directory / "rabbitmq-env.conf").touch()
        # No plugin that nobody asked for: each one adds five seconds to every stop.
        plugins = "rabbitmq_prometheus" if self._observed else ""
        (self.directory / "enabled_plugins").write_text(f"[{plugins}].\n")

    def program(self) -> Program:
        """Write the configuration, start the name service, and return the server."""
        scripts = find_scripts()
        if scripts is None:
            raise ServiceError("RabbitMQ is not installed: `fleet doctor` says how to mend that")
        configuration = self.directory / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        self._start_epmd()
        self._notice = Notice()
        return Program(
            arguments=[scripts / "rabbitmq-server"],
            environment=self._environment() | {"NOTIFY_SOCKET": str(self._notice.path)},
            directory=self.directory,
            farewell=signal.SIGTERM,
        )

    def ready(self) -> bool:
        """Whether the broker has said so."""
        return self._notice is not None and self._notice.ready()

    def stop(self, timeout: float = 30) -> None:
        """End the broker, then the name service it signs off from."""
        super().stop(timeout)
        self._stop_helpers()

    def _end_at_once(self) -> None:
        """End the broker; its name service goes with it."""
        super()._end_at_once()
        self._stop_helpers()

    def _stop_helpers(self) -> None:
        if self._notice is not None:
            self._notice.close()
        if self._epmd is not None:
            end(self._epmd, signal.SIGTERM, 5)

    def _start_epmd(self) -> None:
        """Start the name service; without one of ours RabbitMQ leaves a daemon that outlives it."""
        epmd = shutil.which("epmd")
        if epmd is None:
            raise ServiceError("Erlang's epmd is not on the PATH: `fleet doctor` says how to mend that")
        port = str(self.ports["epmd"])
        with (self.directory / "epmd.log").open("ab") as log:
            self._epmd = Program(
                arguments=[epmd, "-port", port, "-address", LOOPBACK],
                environment=self._environment(),
                directory=self.directory,
            ).spawn(log)

    def _configuration(self) -> str:
        lines = [
            f"listeners.tcp.1 = {LOOPBACK}:{self.ports['amqp']}",
            "default_user = fleet",
            f"default_pass = {self._password}",
            "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 200MB",
            "log.file = false",
            "log.console = true",
            "log.console.level = warning",
        ]
        if self._observed:
            lines += [f"prometheus.tcp.ip = {LOOPBACK}", f"prometheus.tcp.port = {self.ports['metrics']}"]
        return "\n".join(lines) + "\n"

    def _environment(self) -> dict[str, str]:
        """Everything is named here, so that nothing of the system's broker is read or written."""
        here = self.directory
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(here / "home"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "rabbitmq-env.conf"),
            "RABBITMQ_NODENAME": "fleet@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "generated"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_CRASH_DUMP_BYTES": "0",
        }
