"""docker-compose.yml runs what `fleet up` runs, and holds no secret of its own."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from actors.fleet import GROUPS

#: Programs of others, which we only start.
THEIRS = {"rabbitmq", "postgres", "prometheus", "grafana"}
#: What ends by itself.
ERRANDS = {"migrate", "dashboards"}

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
TO_JSON = 'require "yaml"; require "json"; puts JSON.dump(YAML.load($stdin.read, aliases: true))'


@pytest.fixture(scope="module")
def services(absent: Callable[[str], NoReturn]) -> dict[str, Any]:
    ruby = shutil.which("ruby")
    if ruby is None:
        absent("Ruby, whose YAML reader this test borrows,")
    said = subprocess.run([ruby, "-e", TO_JSON], input=COMPOSE.read_bytes(), capture_output=True, check=True)
    found: dict[str, Any] = json.loads(said.stdout)["services"]
    return found


def test_every_group_of_actors_has_its_worker(services: dict[str, Any]) -> None:
    groups = {services[name]["command"][-1] for name in services if name.startswith("worker-")}
    assert groups == set(GROUPS)


def test_whatever_stays_up_is_watched(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "healthcheck" not in service] == sorted(ERRANDS, reverse=True)


def test_nobody_starts_before_the_database_is_migrated(services: dict[str, Any]) -> None:
    ours = services.keys() - THEIRS - ERRANDS
    waits = {services[name]["depends_on"]["migrate"]["condition"] for name in ours}
    assert waits == {"service_completed_successfully"}


def test_our_processes_have_no_privileges(services: dict[str, Any]) -> None:
    ours = services.keys() - THEIRS
    assert all(services[name]["cap_drop"] == ["ALL"] for name in ours)
    assert "USER fleet" in (COMPOSE.parent / "Dockerfile").read_text().splitlines()


def test_the_edge_meets_the_gateway_and_knows_no_other_secret(services: dict[str, Any]) -> None:
    edge, gateway = services["edge"], services["gateway"]
    assert edge["command"] == ["python", "-m", "edge.local"]
    assert edge["volumes"] == gateway["volumes"]
    home = gateway["environment"]["FLEET_HOME"]
    assert edge["environment"]["FLEET_HOME"] == home == gateway["volumes"][0].partition(":")[2]
    assert f"--owner=fleet --mode=0700 {home}" in (COMPOSE.parent / "Dockerfile").read_text()
    assert set(edge["environment"]) == {"FLEET_ZONES", "FLEET_EDGE_HTTP", "FLEET_EDGE_KEY", "FLEET_HOME"}
    assert {port.split(":")[0] for name in ("edge", "gateway") for port in services[name]["ports"]} == {"127.0.0.1"}


def test_every_process_is_asked_how_it_is(services: dict[str, Any]) -> None:
    asked = {word.rpartition("=")[2] for word in services["dashboards"]["command"] if "--scrape=fleet=" in word}
    measured = {name for name, service in services.items() if "FLEET_METRICS_HTTP" in service.get("environment", {})}
    assert asked == {"gateway:8700", *(f"{name}:9100" for name in measured)}
    assert all(services[name]["profiles"] == ["observe"] for name in ("dashboards", "prometheus", "grafana"))
    (shelf,) = services["dashboards"]["volumes"]
    assert all(f"{shelf}:ro" in services[name]["volumes"] for name in ("prometheus", "grafana"))
    folder = shelf.partition(":")[2]
    assert f"--owner=fleet --mode=0755 {folder}" in (COMPOSE.parent / "Dockerfile").read_text()
    assert services["dashboards"]["command"][1] == folder


def test_no_secret_has_a_default() -> None:
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|TOKEN|KEYS)\w*)(:?\??)", COMPOSE.read_text())
    assert len(secrets) >= 5
    assert {mark for _, mark in secrets} == {":?"}


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    script = tmp_path / ".ci/compose-secrets"
    script.parent.mkdir()
    shutil.copy(COMPOSE.parent / ".ci/compose-secrets", script)
    subprocess.run([script], check=True, capture_output=True)
    made = (tmp_path / ".env").read_text()
    subprocess.run([script], check=True, capture_output=True)
    assert (tmp_path / ".env").read_text() == made
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    wanted = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    assert wanted == {line.split("=")[0] for line in made.splitlines()}
    assert all(len(line.split("=")[1]) == 48 for line in made.splitlines())
