"""`fleet up` starts everything, says where it is, and leaves nothing when it ends."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import httpx
import pika
import psutil
import psycopg
import pytest

from edge.local import binary
from gateway.launcher import ports
from gateway.launcher.rabbitmq import PrivateRabbit
from tests.launcher.running import Fleet, survivors
from tests.patience import PATIENCE, until

KINDS = {"postgres", "rabbitmq", "relay", "worker", "gateway"} | ({"edge"} if binary.find() else set())


@pytest.fixture(scope="module")
def fleet(fleet_in: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A running fleet, whose wanted ports somebody else has taken."""
    port, edge_port = ports.choose(2)
    with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", edge_port)):
        wanted = {"FLEET_HTTP": f"127.0.0.1:{port}", "FLEET_EDGE_HTTP": f"127.0.0.1:{edge_port}"}
        running = fleet_in(tmp_path_factory.mktemp("up") / "a home", **wanted)
        running.up()
        yield running
        family = running.family()
        assert running.end(signal.SIGHUP) == 0  # as a closed terminal does
        assert survivors(family) == []


def greeting(fleet: Fleet, pattern: str) -> str:
    found = re.search(pattern, "".join(fleet.said))
    assert found is not None
    return found.group(1)


@pytest.fixture
def needs_edge(absent: Callable[[str], NoReturn]) -> None:
    """What only a fleet with an edge can show."""
    if binary.find() is None:
        absent("workerd")


@pytest.mark.usefixtures("needs_edge")
@pytest.mark.parametrize("variable", ["FLEET_HTTP", "FLEET_EDGE_HTTP"])
def test_it_says_which_port_it_took_instead_of_a_busy_one(fleet: Fleet, variable: str) -> None:
    wanted = fleet.environment[variable]
    chosen = fleet.home.read_env()[variable]
    assert chosen != wanted
    assert f"port {wanted.split(':')[1]} is taken" in "".join(fleet.said)


def test_its_gateway_is_ready(fleet: Fleet) -> None:
    url = f"{fleet.process('gateway')['url']}/readyz"
    until(lambda: httpx.get(url, timeout=PATIENCE).status_code == 200, "readiness")


@pytest.mark.usefixtures("needs_edge")
def test_its_edge_shows_the_landing_page_and_the_gateway_knows(fleet: Fleet) -> None:
    url = fleet.process("edge")["url"]
    assert url == f"http://{fleet.home.read_env()['FLEET_EDGE_HTTP']}"
    assert "Apps live here" in httpx.get(url, headers={"host": "localhost"}, timeout=PATIENCE).text
    readyz = f"{fleet.process('gateway')['url']}/readyz"
    until(lambda: httpx.get(readyz, timeout=PATIENCE).json()["edge"] == "ok", "an edge that answers")


def test_its_status_names_every_process(fleet: Fleet) -> None:
    status: dict[str, Any] = json.loads(fleet.run("status", "--json").stdout)
    assert {process["kind"] for process in status["processes"]} == KINDS
    assert {process["state"] for process in status["processes"]} == {"ready"}
    assert all(psutil.pid_exists(process["pid"]) for process in status["processes"])


def test_what_it_prints_writes_a_file_and_shows_it_on_the_stream(
    fleet: Fleet, absent: Callable[[str], NoReturn]
) -> None:
    if shutil.which("curl") is None:
        absent("curl")
    follow, write = greeting(fleet, r"  (curl -N .+)"), greeting(fleet, r"  (curl http\S+/v1/events .+)")
    with subprocess.Popen(["sh", "-c", f"exec {follow} -s"], stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        assert next(following.stdout).startswith("retry:")  # it listens from here on
        subprocess.run(["sh", "-c", f"{write} -sf"], check=True, capture_output=True)
        stored = next(line for line in following.stdout if line.startswith("data:"))
        following.terminate()
    assert json.loads(stored.removeprefix("data:"))["path"] == "hello.txt"


def test_what_it_wrote_leads_any_program_to_its_database(fleet: Fleet) -> None:
    script = f"set -a; . '{fleet.home.env}'; exec printenv FLEET_DATABASE_URL"
    url = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) > 0 from fleet_migrations").fetchone() == (True,)


def test_a_second_up_says_that_it_runs_and_where(fleet: Fleet) -> None:
    second = fleet.run("up")
    assert second.returncode == 0
    assert f"http://{fleet.home.read_env()['FLEET_HTTP']}" in second.stdout
    assert str(fleet.home.holder()) in second.stdout


def test_a_second_up_from_a_shell_that_sourced_the_env_file_is_no_other(fleet: Fleet) -> None:
    second = fleet.run("up", **fleet.home.read_env())
    assert "already runs" in second.stdout


def test_the_doctor_finds_nothing_wrong(fleet: Fleet) -> None:
    examined = fleet.run("doctor", "--json")
    assert [finding for finding in json.loads(examined.stdout) if finding["verdict"] == "wrong"] == []
    assert examined.returncode == 0


def test_the_doctor_says_how_to_mend_a_service_that_is_away(fleet: Fleet) -> None:
    (port,) = ports.choose(1)
    away = {"FLEET_AMQP_URL": f"amqp://127.0.0.1:{port}/", "FLEET_DATABASE_URL": f"postgresql://127.0.0.1:{port}/fleet"}
    examined = fleet.run("doctor", "--json", **away)
    wrong = [finding for finding in json.loads(examined.stdout) if finding["verdict"] == "wrong"]
    assert examined.returncode == 1
    assert len(wrong) == 2
    assert all(variable in finding["mend"] for finding, variable in zip(wrong, reversed(away), strict=True))


@pytest.mark.parametrize("name", ["relay", "gateway", "rabbitmq", "postgres", *KINDS & {"edge"}])
def test_what_dies_is_started_again_and_that_is_said(fleet: Fleet, name: str) -> None:
    before = fleet.process(name)
    os.kill(before["pid"], signal.SIGKILL)
    fleet.until(f"{name:<14} ", "again in")
    fleet.until(f"{name:<14} ready in")
    after = fleet.process(name)
    assert after["pid"] != before["pid"]
    assert after.get("url") == before.get("url")


def test_ctrl_c_ends_every_process_and_the_next_up_finds_the_data(
    fleet_in: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = fleet_in(tmp_path_factory.mktemp("home"), FLEET_HTTP="127.0.0.1:0")
    first.up()
    with psycopg.connect(first.home.read_env()["FLEET_DATABASE_URL"]) as connection:
        connection.execute("create table kept as select 42 as answer")
    family = first.family()
    assert first.end(signal.SIGINT) == 0
    assert survivors(family) == []
    assert first.home.read_state()["processes"] == []

    detached = first.run("up", "--detach")
    assert detached.returncode == 0, detached.stderr
    assert "The fleet is up" in detached.stdout
    with psycopg.connect(first.home.read_env()["FLEET_DATABASE_URL"]) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)

    family = first.family()
    family[0].kill()
    assert survivors(family) == []
    assert first.run("status").returncode == 1
    assert "source it again" in first.run("doctor").stdout


def test_a_fleet_can_be_ended_while_it_starts(
    fleet_in: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory
) -> None:
    starting = fleet_in(tmp_path_factory.mktemp("home"), FLEET_HTTP="127.0.0.1:0")
    starting.start()
    starting.until("postgres       ready")
    family = starting.family()
    assert starting.end(signal.SIGTERM) == 0
    assert survivors(family) == []


def test_services_of_your_own_are_used_and_left_running(
    fleet_in: Callable[..., Fleet],
    own_rabbit: Callable[[], PrivateRabbit],
    make_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    broker, database_url = own_rabbit(), make_database()
    yours = {"FLEET_AMQP_URL": broker.url, "FLEET_DATABASE_URL": database_url}
    guest = fleet_in(tmp_path_factory.mktemp("home"), FLEET_HTTP="127.0.0.1:0", **yours)
    guest.up()
    assert {process["kind"] for process in guest.home.read_state()["processes"]} == KINDS - {"postgres", "rabbitmq"}
    assert guest.home.read_env().items() >= yours.items()
    assert guest.end(signal.SIGTERM) == 0
    pika.BlockingConnection(pika.URLParameters(broker.url)).close()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) > 0 from fleet_migrations").fetchone() == (True,)
