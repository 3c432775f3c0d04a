"""An app of a running fleet on both sides: what is published of it, and what Chromium shows of it."""

import json
import time
import uuid
from typing import Any

import httpx
import pika
from playwright.sync_api import BrowserContext, Page, expect

from contracts.cloudevents import STRUCTURED
from contracts.topology import EVENTS, routing_key
from gateway.cli.demo_app import FILES
from gateway.tokens import mint
from tests.edge.preview.shown import NOTES
from tests.flow.stream import following, wait_for
from tests.launcher.running import Fleet
from tests.patience import PATIENCE

#: The first preview of all fetches React from the registry.
PATIENCE_MS = PATIENCE * 1_000


class Previewed:
    """The demo app under a name of its own."""

    def __init__(self, fleet: Fleet, context: BrowserContext) -> None:
        self.fleet, self.context = fleet, context
        self.app_id = f"app-{uuid.uuid4().hex[:12]}"
        self.files = dict(FILES)
        self.settings = fleet.home.read_env()
        port = self.settings["FLEET_EDGE_HTTP"].rpartition(":")[2]
        self.url = f"http://preview-{self.app_id}.localhost:{port}/"
        self.console: list[str] = []
        self._bus = pika.BlockingConnection(pika.URLParameters(f"{self.settings['FLEET_AMQP_URL']}?heartbeat=0"))
        self._channel = self._bus.channel()

    def publish(self, files: dict[str, str]) -> None:
        """Publish files as one event."""
        self.files |= files
        self.change(*({"path": path, "content": text} for path, text in files.items()))

    def change(self, *changes: dict[str, str]) -> None:
        """Publish changes as one event."""
        self.say("file-written", {"files": changes})

    def say(self, kind: str, data: dict[str, Any]) -> None:
        """Publish an event, as a generator does: straight onto the bus."""
        about = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "test", "subject": self.app_id}
        event = {**about, "type": f"overskill.{kind}", "data": data}
        properties = pika.BasicProperties(content_type=STRUCTURED, delivery_mode=2)
        key = routing_key(kind, self.app_id)
        self._channel.basic_publish(EVENTS, key, json.dumps(event).encode(), properties)

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit one file."""
        assert old in self.files[path]
        self.publish({path: self.files[path].replace(old, new)})

    def ask(self, method: str, path: str = "", role: str = "editor", **options: Any) -> httpx.Response:
        """Ask the gateway about the app."""
        bearer = mint(self.settings["FLEET_JWT_SECRET"], role=role, apps=(self.app_id,), ttl=60)
        url = f"http://{self.settings['FLEET_HTTP']}/v1/apps/{self.app_id}{path}"
        return httpx.request(method, url, headers={"authorization": f"Bearer {bearer}"}, timeout=PATIENCE, **options)

    def link(self) -> str:
        """Return what opens the preview."""
        return str(self.ask("GET").json()["preview"]["open_url"])

    def open(self, url: str | None = None) -> Page:
        """Open a tab of its own, and wait until the app is there."""
        page = self.tab(url or self.link())
        expect(page.locator("h1")).to_have_text("Made live", timeout=PATIENCE_MS)
        return page

    def tab(self, url: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.add_init_script(NOTES)
        page.goto(url)
        return page

    def until_created(self) -> None:
        """Wait until the app is known."""
        with following(self.fleet, self.app_id) as steps:
            wait_for(steps, "file-stored")

    def until_said(self, words: str) -> list[str]:
        """Wait until some page's console has said something."""
        page = self.context.pages[0]
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in self.console):
            assert time.monotonic() < deadline, self.console
            page.evaluate("new Promise(requestAnimationFrame)")  # which lets messages in
        return self.console

    def stranger(self, path: str = "", label: str = "", **headers: str) -> httpx.Response:
        """Ask at the app's own host, with nothing to show."""
        url = f"http://{self.settings['FLEET_EDGE_HTTP']}/{path}"
        named = {"host": f"{label or 'preview-' + self.app_id}.localhost"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(url, headers=named, timeout=PATIENCE, trust_env=False)

    def close(self) -> None:
        self._bus.close()


def mark(page: Page) -> None:
    """Leave a mark that no reload survives."""
    page.evaluate("window.mark = true")


def is_marked(page: Page) -> bool:
    found: bool = page.evaluate("window.mark === true")
    return found
