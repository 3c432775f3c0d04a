"""Prometheus and Grafana beside a fleet, where they are installed: both loaded with our dashboards and rules."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.dashboards import files
from gateway.launcher.programs import Program

_GRAFANA_HOMES = (
    "/usr/share/grafana",
    "/opt/homebrew/opt/grafana/share/grafana",
    "/usr/local/opt/grafana/share/grafana",
)


@dataclass(frozen=True)
class Observers:
    """What was found, and where it is to listen."""

    prometheus: tuple[str, str] | None = None
    grafana: tuple[str, str] | None = None


def find_prometheus() -> str | None:
    """Return the program, if it is here."""
    return shutil.which("prometheus")


def find_grafana() -> str | None:
    """Return Grafana's own folder, if it is here; its program is started from there."""
    return next((home for home in _GRAFANA_HOMES if Path(home, "conf/defaults.ini").exists() and _program(home)), None)


def prometheus(folder: Path, observed: files.Observed, program: str, address: str) -> Program:
    """Write what it starts from, and return it."""
    files.write(folder, observed)
    data = folder / "prometheus"
    return Program(
        arguments=[
            program,
            f"--config.file={data / 'prometheus.yml'}",
            f"--storage.tsdb.path={data / 'data'}",
            "--storage.tsdb.retention.size=512MB",
            f"--web.listen-address={address}",
            "--log.level=error",
        ],
        environment={},
        directory=data,
    )


def grafana(folder: Path, home: str, address: str, environment: Mapping[str, str]) -> Program:
    """Return Grafana; whoever reaches it on this machine may read, without an account."""
    host, _, port = address.rpartition(":")
    data = folder / "grafana"
    settings = {
        "GF_PATHS_DATA": str(data / "data"),
        "GF_PATHS_LOGS": str(data / "logs"),
        "GF_PATHS_PLUGINS": str(data / "plugins"),
        "GF_PATHS_PROVISIONING": str(data / "provisioning"),
        "GF_SERVER_HTTP_ADDR": host.strip("[]"),
        "GF_SERVER_HTTP_PORT": port,
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_LOG_LEVEL": "error",
    }
    path = {"PATH": environment.get("PATH", "")}
    return Program(arguments=[*_program(home), f"--homepath={home}"], environment=path | settings, directory=data)


def _program(home: str) -> list[str]:
    """Return how Grafana is started, which was renamed once."""
    for folder in (Path(home, "bin"), Path(home).parents[1] / "bin"):
        if (folder / "grafana").exists():
            return [str(folder / "grafana"), "server"]
        if (folder / "grafana-server").exists():
            return [str(folder / "grafana-server")]
    return []
