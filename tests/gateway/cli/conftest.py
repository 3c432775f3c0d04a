"""A small real HTTP server that breaks off, refuses and goes away when told: for the client's own logic."""

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.cli import running
from gateway.cli.running import Fleet

STATE = b'retry: 1\n\nid: e.0\nevent: state\ndata: {"app_id": "demo"}\n\n'
LAST = {"apps": [{"app_id": "sh\x1b[31mop"}], "next": None}
SECRET = "a-secret-of-this-test-and-no-other"


@dataclass
class Script:
    """What the server does next, and what it was asked."""

    streams: list[bytes | int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    posted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    #: What the last stream goes on with; nothing ends it.
    live: queue.Queue[bytes] = field(default_factory=queue.Queue)
    answering: bool = True
    #: The files of the app: the digest of each.
    files: dict[str, str] = field(default_factory=dict)
    story: dict[str, Any] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    script: Script

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.script.asked.append(
            {"path": url.path, "query": parse_qs(url.query), "cursor": self.headers.get("Last-Event-ID")}
        )
        if url.path.endswith("/files"):
            listed = [{"path": path, "sha256": digest} for path, digest in self.script.files.items()]
            self.answer(200, {"version": 1, "files": listed})
            return
        if url.path.startswith("/v1/stories/"):
            self.answer(200, self.script.story)
            return
        if not url.path.endswith("/events"):
            self.answer(200, {"apps": [{"app_id": "demo"}], "next": "demo"} if url.query.endswith("after=") else LAST)
            return
        step = self.script.streams.pop(0) if self.script.streams else STATE
        if isinstance(step, int):
            self.answer(step, {"detail": f"said {step}"})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(step)
        if not self.script.streams:
            self.stay()

    def stay(self) -> None:
        while chunk := self.script.live.get():
            self.wfile.write(chunk)
        self.script.live.put(b"")

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.events.append(event)
        status = self.script.answers.pop(0) if self.script.answers else 202
        accepted = {"accepted": [{"id": event["id"], "story_url": f"/v1/stories/{event['id']}"}]}
        flaws = {"detail": "no", "errors": [{"field": "data.path", "reason": "is odd"}]}
        self.answer(status, accepted if status == 202 else flaws)
        self.script.posted.release()

    def answer(self, status: int, body: Any) -> None:
        found = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        pass


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def gateway(script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": script}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("FLEET_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FLEET_HTTP", f"127.0.0.1:{server.server_port}")
    monkeypatch.setenv("FLEET_JWT_SECRET", SECRET)
    yield server
    script.live.put(b"")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fleet(gateway: ThreadingHTTPServer) -> Fleet:
    assert gateway
    return running.find()
