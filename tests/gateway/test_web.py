"""Everything around the routes: problems, limits, other origins, probes, documents and the log."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from sql.database import role_url
from tests.gateway.conftest import ROOT, Author, Gateway, token
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/apps/no-such-app", 404),
        ("GET", "/v1/apps/Not--An--App", 404),
        ("GET", "/v1/apps/Not--An--App/events", 404),
        ("DELETE", "/healthz", 405),
        ("POST", "/v1/apps/demo/events", 405),
        ("GET", "/v1/apps?limit=many", 422),
        ("GET", "/v1/apps/demo/events?kinds=made-up", 422),
        ("GET", "/v1/stories/nobodys", 404),
        ("GET", "/v1/apps?after=%00", 422),
        ("POST", "/v1/apps", 422),
    ],
)
def test_every_error_is_a_problem(served: Gateway, method: str, path: str, status: int) -> None:
    with served.client(token(role="operator")) as client:
        answer = client.request(method, path)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_stream_can_be_asked_about_but_not_written_to(served: Gateway) -> None:
    with served.client(token()) as client:
        head = client.head("/v1/apps/demo/events")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")
        assert "GET" in client.options("/v1/apps/demo/events").headers["allow"]
        assert "GET" in client.delete("/v1/apps/demo/events").headers["allow"]


@pytest.mark.parametrize(("apps", "status"), [(["other"], 403), (None, 401)])
def test_a_stream_is_for_those_whose_token_is_for_the_app(served: Gateway, apps: list[str] | None, status: int) -> None:
    with served.client(token(*apps) if apps else None) as client:
        assert client.get("/v1/apps/demo/events").status_code == status


def test_pages_of_named_origins_may_call_and_others_may_not(served: Gateway) -> None:
    with served.client(token()) as client:
        ours = client.get("/healthz", headers={"origin": "https://editor.example"})
        assert ours.headers["access-control-allow-origin"] == "https://editor.example"
        assert ours.headers["access-control-allow-credentials"] == "true"
        theirs = client.get("/healthz", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in theirs.headers
        asked = {"origin": "https://editor.example", "access-control-request-headers": "ce-id,authorization"}
        before = client.options("/v1/events", headers={**asked, "access-control-request-method": "POST"})
        assert before.status_code == 204
        assert "ce-id" in before.headers["access-control-allow-headers"]
        assert "authorization" in before.headers["access-control-allow-headers"]
        problem = client.get("/nothing", headers={"origin": "https://editor.example"})
        assert problem.headers["access-control-allow-origin"] == "https://editor.example"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\na: " + b"x" * 40_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_a_head_without_measure_is_refused(served: Gateway, head: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as raw:
        raw.sendall(head)
        assert raw.recv(100).startswith(b"HTTP/1.1 " + status)


def test_a_long_head_is_still_fine_within_its_measure(served: Gateway) -> None:
    with served.client() as client:
        assert client.get(f"/healthz?x={'y' * 4_000}", headers={"a": "b" * 8_000}).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_an_app_is_listed_and_shown_to_those_it_belongs_to(
    served: Gateway, author: Author, app_id: str, database_url: str
) -> None:
    with psycopg.connect(role_url(database_url, "fleet_worker")) as worker:
        for name in (f"{app_id}-1", f"{app_id}-2", f"{app_id}-3"):
            worker.execute("select set_config('fleet.app_id', %s, true)", (name,))
            worker.execute("insert into fleet.apps (app_id, name) values (%s, 'A name')", (name,))
    author.write(f"{app_id}-1", 3)
    with served.client(token(f"{app_id}-1", f"{app_id}-2")) as client:
        first = client.get("/v1/apps?limit=1").json()
        assert [app["app_id"] for app in first["apps"]] == [f"{app_id}-1"]
        rest = client.get(f"/v1/apps?after={first['next']}").json()
        assert [app["app_id"] for app in rest["apps"]] == [f"{app_id}-2"]
        assert rest["next"] is None
        state = client.get(f"/v1/apps/{app_id}-1").json()
        assert (state["name"], state["files"]) == ("A name", {"count": 0, "bytes": 0})
        assert state["preview"]["url"] == f"http://preview-{app_id}-1.localhost:8787"
        assert state["stream"]["head"].endswith(".3")
        assert client.get(f"/v1/apps/{app_id}-3").status_code == 403
    with served.client(token(role="publisher")) as client:
        assert client.get("/v1/apps").status_code == 403
    with served.client(token(role="operator")) as client:
        listed = {app["app_id"] for app in client.get("/v1/apps?limit=1000").json()["apps"]}
        assert {f"{app_id}-1", f"{app_id}-2", f"{app_id}-3"} <= listed


def test_readiness_names_every_part(served: Gateway) -> None:
    expected = {"ready": True, "database": "ok", "broker": "ok", "edge": "not configured", "loop": "ok"}
    assert served.until_ready() == {**expected, "streams": "ok"}


def test_metrics_are_by_route_and_never_by_app(served: Gateway) -> None:
    with served.client(token()) as client:
        client.get("/v1/apps/a-very-special-app")
        client.get("/v1/nowhere/a-very-special-path")
        text = client.get("/metrics").text
    assert 'route="/v1/apps/{app_id}",status="404"' in text
    assert 'route="unknown",status="404"' in text
    assert "a-very-special" not in text
    assert "fleet_sse_connections" in text
    assert 'fleet_db_pool_connections{pool="gateway"' in text


def test_metrics_of_all_processes_of_a_machine_add_up(new_gateway: Callable[..., Gateway], tmp_path: Path) -> None:
    gateways = [new_gateway(PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) for _ in range(2)]
    for gateway in gateways:
        with gateway.client() as client:
            client.get("/healthz")
    with gateways[0].client() as client:
        text = client.get("/metrics").text
    assert 'fleet_http_request_seconds_count{route="/healthz",status="200"} 2.0' in text


def test_the_documents_tell_all_of_it(served: Gateway) -> None:
    with served.client() as client:
        described = client.get("/openapi.json").json()
        assert client.get("/docs").status_code == 404
        assert client.get("/asyncapi.json").json()["asyncapi"] == "3.0.0"
    paths = {"/v1/events", "/v1/apps", "/v1/apps/{app_id}", "/v1/apps/{app_id}/events", "/v1/stories/{event_id}"}
    assert paths <= described["paths"].keys()
    assert "example" in json.dumps(described["paths"]["/v1/events"]["post"])


def test_a_story_with_an_impossible_name_is_unknown(served: Gateway) -> None:
    with served.client(token("demo")) as client:
        assert client.get("/v1/stories/a%00b?app_id=demo").status_code == 404


def test_no_token_ever_reaches_the_log(served: Gateway) -> None:
    secrets = [token("demo", stream=True), token("demo"), token("demo", role="editor")]
    with served.client(secrets[1]) as client:
        client.get(f"/v1/apps/demo/events?access_token={secrets[0]}&kinds=made-up")
        client.get(f"/nothing?a=b&ACCESS_TOKEN={secrets[0]}&password=hunter2")
        client.get("/nothing", headers={"cookie": f"fleet_token={secrets[2]}"})
    served_lines = json.dumps(served.lines)
    assert "kinds=made-up" in served_lines
    assert "hunter2" not in served_lines
    assert not any(secret.rpartition(".")[2] in served_lines for secret in secrets)


def test_a_second_gateway_on_the_same_port_says_so_and_ends(served: Gateway) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "gateway"],
        env={**served.environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert second.returncode == 1
    assert json.loads(second.stdout)["event"] == "port_not_available"


def test_connections_are_kept_for_the_next_request(served: Gateway) -> None:
    with httpx.Client(base_url=served.url, timeout=PATIENCE) as client:
        for _ in range(3):
            assert client.get("/healthz").status_code == 200
