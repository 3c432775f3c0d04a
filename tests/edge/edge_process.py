"""`python -m edge.local`, read line by line."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from edge import bound
from tests.patience import PATIENCE

#: What this edge and whoever verifies releases have in common.
KEY = "a-key-of-the-tests-" * 2


class EdgeProcess:
    """A local edge in a home of its own."""

    def __init__(self, home: Path, address: str = "127.0.0.1:0", zones: str = "localhost,overskill.app") -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEET_")}
        variables = {"FLEET_HOME": str(home), "FLEET_EDGE_HTTP": address, "FLEET_ZONES": zones, "FLEET_EDGE_KEY": KEY}
        self.said: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "edge.local"],
            env={**kept, **variables},
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=bound.to_parent(signal.SIGTERM),
        )

    def until(self, event: str) -> dict[str, Any]:
        """Return the next line about this event."""
        assert self.process.stdout is not None
        giving_up = threading.Timer(PATIENCE, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                self.said.append(json.loads(line))
                if self.said[-1]["event"] == event:
                    return self.said[-1]
        finally:
            giving_up.cancel()
        raise AssertionError(f"never said {event!r}, but {self.said}")

    def start(self) -> str:
        """Return its URL, once it is ready."""
        self.url = str(self.until("ready")["url"])
        return self.url

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def workerd(self) -> psutil.Process:
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def get(self, host: str, path: str = "/", **headers: str) -> httpx.Response:
        return self._ask("GET", host, path, headers, b"")

    def post(self, host: str, path: str, body: bytes, **headers: str) -> httpx.Response:
        return self._ask("POST", host, path, headers, body)

    def _ask(self, method: str, host: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        named = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.request(
            method, f"{self.url}{path}", headers=named, content=body, timeout=PATIENCE, trust_env=False
        )

    def discard(self) -> None:
        """End it whatever happened."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
