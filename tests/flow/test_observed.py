"""Under load every panel shows something, every rule is well, and a worker that is killed is noticed."""

import json
import os
import re
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, NoReturn

import httpx
import pika
import pytest
from playwright.sync_api import BrowserContext, expect

from contracts.cloudevents import STRUCTURED
from contracts.topology import EVENTS
from edge.local import binary
from gateway.dashboards.panel import METRIC, Panel
from gateway.dashboards.shelf import AWAITED, DASHBOARDS
from gateway.tokens import mint
from tests.flow.previewed import Previewed
from tests.flow.stream import following, wait_for
from tests.launcher.running import Fleet
from tests.patience import PATIENCE, until

PAGE = '<!doctype html><html><head><link rel="stylesheet" href="/a.css"></head><body><h1>Made live</h1></body></html>'
FILES = {"index.html": PAGE, "a.css": "", "b.ts": "", "package.json": "{}"}
#: What only a fleet that is overworked shows, or one that has run for long.
SELDOM = {"Turns held off", "Collector's pauses"}


@pytest.fixture(scope="module")
def observed(absent: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet of its own: what looks at it is started with it."""
    if binary.find() is None or shutil.which("prometheus") is None:
        absent("workerd or Prometheus")
    addresses = ("FLEET_HTTP", "FLEET_EDGE_HTTP", "FLEET_PROMETHEUS_HTTP", "FLEET_GRAFANA_HTTP")
    fleet = Fleet(tmp_path_factory.mktemp("observed"), FLEET_OBSERVE="yes", **dict.fromkeys(addresses, "127.0.0.1:0"))
    try:
        fleet.up()
        yield fleet
        assert fleet.launcher is not None
        fleet.launcher.send_signal(signal.SIGTERM)
        fleet.until("Ctrl-C again hurries")
        fleet.end(signal.SIGTERM)  # a broker with an exporter takes its time
    finally:
        fleet.discard()


@pytest.fixture
def prometheus(observed: Fleet) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{observed.process('prometheus')['url']}/api/v1", timeout=PATIENCE) as client:
        yield client


class Load:
    """An app at work, with everything that somebody may look for; and what goes wrong in any of them."""

    def __init__(self, app: Previewed) -> None:
        self.app, self.fleet, self.waves = app, app.fleet, 0
        self.home = f"http://{app.settings['FLEET_HTTP']}"
        self.bearer = mint(app.settings["FLEET_JWT_SECRET"], role="publisher", apps=("*",), ttl=600)

    def wave(self) -> None:
        """Do all of it once more."""
        self.waves += 1
        self.app.publish({"a.css": f"h1 {{ top: {self.waves}px }}", "b.ts": f"export const n = {self.waves};\n"})
        written = {"name": "os-write", "arguments": {"file_path": f"{self.waves}.txt", "content": "x"}}
        files = [{"path": path, "content": text} for path, text in FILES.items()]
        self.publish("file-written", {"files": files}, app_id=f"{self.app.app_id}-{self.waves}")
        self.publish("tool-called", {"message_id": str(self.waves), "tool_index": 0, "tool": written})
        self.publish("deploy-requested", {"environment": "production"})  # for which a build is asked for
        for _ in range(2):  # one event, twice
            self.publish("file-written", {"path": "c.txt", "content": "x"}, event_id=f"twice-{self.waves}")
        self.publish_nonsense()
        self.look_at_rows()
        self.mistake_the_tenant()
        with following(self.fleet, self.app.app_id) as steps:
            wait_for(steps, "tool-completed", message_id=str(self.waves))

    def publish(self, kind: str, data: dict[str, Any], *, app_id: str = "", event_id: str = "") -> None:
        about = {"specversion": "1.0", "id": event_id or str(uuid.uuid4()), "source": "load"}
        event = {**about, "type": f"overskill.{kind}", "subject": app_id or self.app.app_id, "data": data}
        headers = {"authorization": f"Bearer {self.bearer}", "content-type": STRUCTURED}
        answer = httpx.post(f"{self.home}/v1/events", headers=headers, content=json.dumps(event), timeout=PATIENCE)
        assert answer.status_code == 202, answer.text

    def publish_nonsense(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(self.app.settings["FLEET_AMQP_URL"])) as bus:
            bus.channel().basic_publish(EVENTS, f"file-written.{self.app.app_id}", b"nonsense")

    def look_at_rows(self) -> None:
        """Read what everybody may: a table that is there since the first wave, or soon after it."""
        table = {"table": "notes", "columns": [{"name": "text", "type": "text"}], "access": "public_read"}
        self.publish("schema-changed", {"change": {"create_table": table}})
        headers = {"x-app-id": self.app.app_id, "x-data-environment": "production"}
        answer = httpx.get(f"{self.home}/api/entities/notes", headers=headers, timeout=PATIENCE)
        assert answer.status_code in {200, 401}, answer.text

    def mistake_the_tenant(self) -> None:
        headers = {"x-app-id": self.app.app_id, "x-data-environment": "production", "authorization": "Bearer nonsense"}
        assert httpx.get(f"{self.home}/api/auth/me", headers=headers, timeout=PATIENCE).status_code == 401


@pytest.fixture
def load(observed: Fleet, context: BrowserContext) -> Iterator[Load]:
    """An app, with a page open that shows it."""
    with closing(Previewed(observed, context)) as app:
        app.publish(FILES)
        with following(observed, app.app_id) as steps:
            wait_for(steps, "preview-ready")
        expect(app.tab(app.link()).locator("h1")).to_have_text("Made live")
        yield Load(app)


def test_under_load_no_panel_is_empty_and_every_rule_is_well(load: Load, prometheus: httpx.Client) -> None:
    panels = {
        panel.title: [plain(ask.query) for ask in panel.asks]
        for one in DASHBOARDS
        for panel in one.panels()
        if proven(panel)
    }
    deadline = time.monotonic() + 4 * PATIENCE  # what is done to be seen makes a slow machine slower
    while panels := {
        title: asked for title, asked in panels.items() if not all(shows(prometheus, one) for one in asked)
    }:
        assert time.monotonic() < deadline, f"never showed anything: {list(panels)}"
        load.wave()
    rules = [rule for group in prometheus.get("/rules").json()["data"]["groups"] for rule in group["rules"]]
    assert {rule["name"]: rule["lastError"] for rule in rules if rule["health"] != "ok"} == {}
    asked = {name for rule in rules for name in METRIC.findall(rule["query"]) if not awaits(name)}
    assert [name for name in asked if not shows(prometheus, f"count({{__name__=~'{name}.*'}})")] == []


def test_a_worker_that_is_killed_raises_the_alert_that_says_so(observed: Fleet, prometheus: httpx.Client) -> None:
    started = 'fleet_process_starts_total{process="worker-tools"}'
    until(lambda: shows(prometheus, started), "its first start was seen")
    os.kill(observed.process("worker-tools")["pid"], signal.SIGKILL)

    def raised() -> set[tuple[str, str]]:
        alerts = prometheus.get("/alerts").json()["data"]["alerts"]
        return {(one["labels"]["alertname"], one["labels"].get("process", "")) for one in alerts}

    until(lambda: ("ProcessRestarted", "worker-tools") in raised(), "the alert is raised")


def proven(panel: Panel) -> bool:
    """Tell whether a panel can show something yet."""
    return panel.title not in SELDOM and not any(awaits(ask.query) for ask in panel.asks)


def awaits(query: str) -> bool:
    return any(name in query for name in AWAITED)


def plain(query: str) -> str:
    """Return the query as Grafana would send it, all being chosen."""
    prices = {variable.name: variable.value for one in DASHBOARDS for variable in one.variables if variable.value}
    chosen = {"__rate_interval": "30s", "actor": ".*", "environment": ".*", **prices}
    return re.sub(r"\$(\w+)", lambda found: chosen[found[1]], query)


def shows(prometheus: httpx.Client, query: str) -> bool:
    """Tell whether a query has an answer that is a number."""
    said = prometheus.post("/query", data={"query": query}).json()
    assert said["status"] == "success", f"{query}: {said}"
    return any(one["value"][1] != "NaN" for one in said["data"]["result"])
