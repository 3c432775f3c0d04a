"""What an app's scripts say is read where the app's owner is: over HTTP and by `fleet logs`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from edge.local import binary
from edge.local.shelf import Shelf
from gateway.cli.main import app as fleet
from tests.edge.edge_process import EdgeProcess
from tests.edge.releases import Release
from tests.edge.scripts import WELL
from tests.gateway.conftest import SECRET, Gateway, token
from tests.patience import until


@pytest.fixture
def edge(tmp_path: Path, absent: Callable[[str], NoReturn]) -> Iterator[EdgeProcess]:
    if binary.find() is None:
        absent("workerd")
    running = EdgeProcess(tmp_path)
    running.start()
    yield running
    running.discard()


def test_what_a_script_says_is_read_from_where_one_left_off(
    new_gateway: Callable[..., Gateway],
    edge: EdgeProcess,
    tmp_path: Path,
    app_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gateway = new_gateway(FLEET_HOME=str(tmp_path))
    Release({}, {"index.js": WELL}, app=app_id).show(Shelf(tmp_path))
    with gateway.client(token(app_id, role="viewer")) as client:
        path = f"/v1/apps/{app_id}/logs"
        assert client.get(path).json() == {"lines": [], "next": 0}
        edge.get(f"{app_id}.localhost", "/say")
        until(lambda: len(client.get(path).json()["lines"]) == 2, "what it said is there")
        said = client.get(path).json()
        first = said["lines"][0]
        assert (first["level"], first["text"], first["request"]) == ("log", 'hello {"a":1}', "GET /say")
        assert client.get(f"{path}?after={said['next']}").json() == {"lines": [], "next": said["next"]}
        assert client.get(f"{path}?environment=staging").json()["lines"] == []
        assert client.get(f"/v1/apps/other-{app_id}/logs").status_code == 403
        for name, value in {"HTTP": gateway.url.removeprefix("http://"), "JWT_SECRET": SECRET}.items():
            monkeypatch.setenv(f"FLEET_{name}", value)
        printed = CliRunner().invoke(fleet, ["logs", app_id, "--json"], catch_exceptions=False)
        assert [json.loads(line)["text"] for line in printed.stdout.splitlines()] == ['hello {"a":1}', "oh"]
        assert "production  error  GET /say  oh" in CliRunner().invoke(fleet, ["logs", app_id]).stdout
        edge.discard()
        assert client.get(path).status_code == 503
