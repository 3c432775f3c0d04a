"""The local edge stays up, says what happens to it, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import httpx
import psutil
import pytest

from edge.local import binary
from edge.local.journal import Journal
from edge.local.process import Program
from edge.local.workerd import NeverReady, Workerd
from tests.edge.edge_process import EdgeProcess
from tests.edge.origin import Origin, Request
from tests.patience import PATIENCE

PREVIEW = "preview-demo.localhost"
StartEdge = Callable[..., EdgeProcess]


def survivors(family: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_port_0_is_any_free_one_and_said(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    assert edge.port != 0
    assert edge.get("localhost").status_code == 200


def test_a_busy_port_is_said_and_the_end(tmp_path: Path, start_edge: StartEdge) -> None:
    first = start_edge(tmp_path)
    second = EdgeProcess(tmp_path, f"127.0.0.1:{first.port}")
    assert second.until("cannot_listen")["address"] == f"127.0.0.1:{first.port}"
    second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 1


def test_a_container_asks_whether_it_is_well(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)

    def asked() -> int:
        variables = {**os.environ, "FLEET_EDGE_HTTP": f"0.0.0.0:{edge.port}", "FLEET_ZONES": "localhost"}
        return subprocess.run([sys.executable, "-m", "edge.local.health"], env=variables, check=False).returncode

    assert asked() == 0
    edge.discard()
    assert asked() == 1


def test_a_killed_workerd_is_started_again_on_the_same_port(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    before = edge.workerd.pid
    os.kill(before, signal.SIGKILL)
    assert edge.until("workerd_died")["why"] == "ended with status -9"
    assert edge.until("workerd_ready")["workerd"] == edge.workerd.pid != before
    assert edge.get("localhost").status_code == 200


def test_who_comes_while_it_is_down_waits_and_is_served(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    os.kill(edge.workerd.pid, signal.SIGKILL)
    assert edge.get("localhost").status_code == 200


def test_a_workerd_that_no_longer_answers_is_replaced(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    os.kill(edge.workerd.pid, signal.SIGSTOP)
    assert edge.until("workerd_died")["why"] == "no longer answers"
    edge.until("workerd_ready")
    assert edge.get("localhost").status_code == 200


def hold(request: Request) -> None:
    request.begin(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"))
    request.chunk(b"data: held\n\n")
    request.rfile.read(1)


def test_it_waits_for_open_streams_but_not_for_ever(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    family = [edge.workerd, psutil.Process(edge.process.pid)]
    with Origin(tmp_path) as origin:
        origin.routes["/events"] = hold
        with httpx.stream(
            "GET", f"{edge.url}/events", headers={"host": PREVIEW}, timeout=PATIENCE, trust_env=False
        ) as stream:
            assert next(stream.iter_lines()) == "data: held"
            edge.process.terminate()
            assert edge.until("streams_cut")["after"] > 1
            edge.process.wait(PATIENCE)
    assert edge.process.returncode == 0
    assert survivors(family) == []


def test_a_request_under_way_is_answered_before_it_ends(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)

    def end_meanwhile(request: Request) -> None:
        edge.process.terminate()
        while psutil.Process(edge.process.pid).net_connections("tcp"):  # the port is given back first
            time.sleep(0.01)
        request.answer(b"still here")

    with Origin(tmp_path) as origin:
        origin.routes["/slow"] = end_meanwhile
        assert edge.get(PREVIEW, "/slow").text == "still here"
    edge.until("ended")
    assert edge.process.wait(PATIENCE) == 0
    assert "streams_cut" not in {line["event"] for line in edge.said}


def test_killed_it_takes_workerd_with_it(tmp_path: Path, start_edge: StartEdge) -> None:
    edge = start_edge(tmp_path)
    family = [edge.workerd]
    edge.process.kill()
    assert survivors(family) == []


def test_workerd_is_told_none_of_our_secrets(
    tmp_path: Path, start_edge: StartEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hush")
    assert "hush" not in start_edge(tmp_path).workerd.environ().values()


async def never() -> bool:
    return False


def test_a_program_that_cannot_run_is_the_end_with_its_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        program = Program("front", Path("/bin/echo"), Path("edge.capnp"), {"http": listening}, tmp_path)
        with pytest.raises(NeverReady, match=r"ended with status 0, saying: serve .+ --socket-fd"):
            asyncio.run(Workerd(program, never, Journal(StringIO())).keep())


def test_where_workerd_is_made_for_another_machine_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp-11")
    assert binary.find() is None
