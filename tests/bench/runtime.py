"""The apps' own API over HTTP: the rows of one app, as its users ask for them, one question after the other."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx

from tests.bench.figures import Findings, spread
from tests.bench.ground import Ground

ROWS, IN_ONE, SAMPLES, SIGN_INS = 10_000, 1_000, 300, 20
PATIENCE = 60.0
APP, TODOS = "bench-runtime", "/api/entities/todos"
ANN = {"email": "ann@example.com", "password": "correct horse"}
TABLE = {
    "table": "todos",
    "columns": [{"name": "title", "type": "text"}, {"name": "rank", "type": "integer"}],
    "indexes": [{"columns": ["rank"]}],
}


def runtime(ground: Ground, findings: Findings) -> None:
    """Sign up, fill a table, and ask."""
    with ExitStack() as stack:
        stack.enter_context(ground.running("actors.worker", "--group", "files"))
        gateway = stack.enter_context(ground.gateway(FLEET_MAX_APP_REQUESTS="100000"))
        client = stack.enter_context(httpx.Client(base_url=f"http://{gateway.http}", timeout=PATIENCE))
        _create(client, ground.token("publisher"))
        client.headers["x-app-id"] = APP
        token = client.post("/api/auth/sign-up", json=ANN).json()["access_token"]
        _time(findings, "sign-in", SIGN_INS, lambda _n: client.post("/api/auth/sign-in", json=ANN))
        client.headers["authorization"] = f"Bearer {token}"
        _ask(findings, client, _fill(client, ground.few(ROWS)), ground.few(SAMPLES))


def _create(client: httpx.Client, token: str) -> None:
    """Create the app and its table, and wait for both."""
    bearer = {"authorization": f"Bearer {token}"}
    client.post("/v1/apps", json={"app_id": APP}, headers=bearer)
    event = {"specversion": "1.0", "id": "table", "source": "bench", "type": "overskill.schema-changed", "subject": APP}
    said = {**event, "data": {"change": {"create_table": TABLE}}}
    kind = {"content-type": "application/cloudevents+json"}
    client.post("/v1/events", json=said, headers={**bearer, **kind}).raise_for_status()
    deadline = time.monotonic() + PATIENCE
    while client.get(f"/v1/apps/{APP}/tables/todos", headers=bearer).status_code != httpx.codes.OK:
        if time.monotonic() > deadline:
            raise TimeoutError("the table was never there")
        time.sleep(0.1)


def _fill(client: httpx.Client, count: int) -> list[str]:
    """Write rows, and return their ids."""
    found: list[str] = []
    while len(found) < count:
        rows = [{"title": f"todo {n}", "rank": n % 1_000} for n in range(len(found), min(count, len(found) + IN_ONE))]
        answer = client.post(TODOS, json=rows).raise_for_status()
        found += [row["id"] for row in answer.json()["rows"]]
    return found


def _ask(findings: Findings, client: httpx.Client, ids: list[str], count: int) -> None:
    questions: dict[str, Callable[[int], httpx.Response]] = {
        "nothing: /api/auth/me": lambda _n: client.get("/api/auth/me"),
        "list 100": lambda _n: client.get(TODOS),
        "filter by an index": lambda n: client.get(f"{TODOS}?rank=eq.{n}"),
        "sort by an index, 20": lambda _n: client.get(f"{TODOS}?order=rank.desc&limit=20"),
        "one row": lambda n: client.get(f"{TODOS}/{ids[n]}"),
        "insert": lambda n: client.post(TODOS, json={"title": "new", "rank": n}),
        "patch": lambda n: client.patch(f"{TODOS}/{ids[n]}", json={"rank": n}),
        "count": lambda _n: client.get(f"{TODOS}?limit=1&count=exact"),
    }
    for what, question in questions.items():
        _time(findings, f"{what}, of {len(ids):,} rows" if what == "count" else what, count, question)


def _time(findings: Findings, what: str, count: int, question: Callable[[int], Any]) -> None:
    taken = []
    for n in range(count):
        began = time.perf_counter()
        question(n).raise_for_status()
        taken.append((time.perf_counter() - began) * 1_000)
    findings.add(f"the apps' API over HTTP: {what}", "ms", spread(taken))
