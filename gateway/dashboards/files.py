"""The files that Prometheus and Grafana start from, written anew wherever they are wanted.

What is YAML to them is written as JSON, which is YAML too.
"""

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.dashboards.grafana import rendered
from gateway.dashboards.shelf import DASHBOARDS

_ALERTS = Path(__file__).parent.parent / "alerts"
_EVERY = "2s"
#: One queue at a time, and no more of each than is asked for.
_QUEUES = {
    "metrics_path": "/metrics/detailed",
    "params": {"family": ["queue_coarse_metrics", "queue_consumer_count"]},
}


@dataclass(frozen=True)
class Observed:
    """Where everything is that is looked at."""

    #: Addresses (host:port) of processes, by job: `fleet` and `rabbitmq`.
    jobs: Mapping[str, Sequence[str]]
    prometheus: str
    gateway: str


def write(folder: Path, observed: Observed) -> None:
    """Write everything into a folder; what was there of ours is replaced."""
    prometheus, grafana = folder / "prometheus", folder / "grafana"
    _put(prometheus / "prometheus.yml", _json(_scraped(observed)))
    for rules in _ALERTS.glob("*.yml"):
        _put(prometheus / "rules" / rules.name, rules.read_text())
    for dashboard in DASHBOARDS:
        _put(grafana / "dashboards" / f"{dashboard.uid}.json", rendered(dashboard, observed.gateway))
    source = {"name": "Prometheus", "type": "prometheus", "uid": "prometheus", "access": "proxy", "isDefault": True}
    sources = [{**source, "url": observed.prometheus}]
    _put(grafana / "provisioning/datasources/fleet.yml", _json({"apiVersion": 1, "datasources": sources}))
    provider = {"name": "fleet", "folder": "OverSkill", "type": "file"}
    providers = [{**provider, "options": {"path": str((grafana / "dashboards").resolve())}}]
    _put(grafana / "provisioning/dashboards/fleet.yml", _json({"apiVersion": 1, "providers": providers}))


def _scraped(observed: Observed) -> dict[str, Any]:
    """Return what Prometheus is to ask, how often, and which rules it is to look at."""
    jobs = [{"job_name": job, **_found(addresses)} for job, addresses in observed.jobs.items()]
    jobs += [
        {"job_name": f"{job}-queues", **_QUEUES, **_found(addresses)}
        for job, addresses in observed.jobs.items()
        if job == "rabbitmq"
    ]
    return {
        "global": {"scrape_interval": _EVERY, "evaluation_interval": _EVERY},
        "rule_files": ["rules/*.yml"],
        "scrape_configs": jobs,
    }


def _found(addresses: Sequence[str]) -> dict[str, Any]:
    """Return how they are found: names are looked up again and again, for there may be more behind one tomorrow."""
    fixed = [address for address in addresses if _is_fixed(address)]
    named = [address.rpartition(":") for address in addresses if not _is_fixed(address)]
    return {
        "static_configs": [{"targets": fixed}],
        "dns_sd_configs": [
            {"names": [name], "type": "A", "port": int(port), "refresh_interval": "5s"} for name, _, port in named
        ],
    }


def _is_fixed(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
