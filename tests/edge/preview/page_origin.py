"""A small origin that speaks the page's contract over HTTP, on a port of this machine."""

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

from edge import page
from edge.preview import files
from tests.edge.preview.app import App, registry_text
from tests.patience import PATIENCE

DEPS = "/__fleet/deps/test/"


class Handler(BaseHTTPRequestHandler):
    """One connection of a page."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    @property
    def origin(self) -> "PageOrigin":
        return cast("PageOrigin", self.server)

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):
            super().handle_one_request()
            return
        self.close_connection = True

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.origin.requests.append(self.path)
        if path == "/__fleet/updates":
            self._stream(parse_qs(urlsplit(self.path).query)["rev"][0])
        elif body := self.origin.asset(path):
            if path == "/__fleet/app.js":
                self.origin.app_may_go.wait(PATIENCE)
            self._answer(body, "text/javascript" if not path.endswith(".map") else "application/json")
        elif "." in path.rpartition("/")[2]:
            self._answer(b"", "text/plain", 404)
        else:
            self._answer(self.origin.html().encode(), "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.origin.hear(urlsplit(self.path).path, json.loads(body), len(body))
        self._answer(b"", "text/plain", 204)

    def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        for name, value in self.origin.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, rev: str) -> None:
        app = self.origin.app
        if self.origin.away.is_set():
            self._answer(b"", "text/plain", 503)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b": open\n\n")
        self.wfile.flush()
        epoch, _, n = rev.rpartition(".")
        if epoch != app.epoch:
            self._say("reload", {})
            return
        self._follow(app, epoch, int(n))

    def _follow(self, app: App, epoch: str, n: int) -> None:
        self.origin.streams.append(self.connection)
        told = 0
        while news := self._news(app, told):
            told += len(news)
            for number, event, data in news:
                if event != "update" or number > n or not data["rev"].startswith(epoch):
                    self._say(event, data)

    def _news(self, app: App, told: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Wait for what was not told yet; nothing at the end."""
        with app.changed:
            app.changed.wait_for(lambda: len(app.log) > told or self.origin.ended)
            return [] if self.origin.ended else app.log[told:]

    def _say(self, event: str, data: dict[str, Any]) -> None:
        self.wfile.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""


class PageOrigin(ThreadingHTTPServer):
    """Serves one app; remembers what its pages asked for and said."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, app: App, packages: Path, **told: Any) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.app = app
        self.told = told
        self.headers: dict[str, str] = {"cache-control": "no-store"}
        self.requests: list[str] = []
        self.posts: list[tuple[str, dict[str, Any], int]] = []
        self.streams: list[socket.socket] = []
        self.away = threading.Event()
        self.app_may_go = threading.Event()
        self.app_may_go.set()
        self.ended = False
        self._packages = packages
        self._runtime = files.read()
        self._posted = threading.Condition()
        self.url = f"http://localhost:{self.server_port}/"

    def html(self) -> str:
        app = self.app
        about = {
            "app": "shop",
            "rev": app.rev,
            "entry": "src/main.tsx",
            "env": {"VITE_TITLE": "Shop"},
            "deps": app.packages,
            "nonce": "of-this-page",
            **({"failed": app.failed} if app.failed else {}),
            **self.told,
        }
        head = f'<meta name="fleet-revision" content="{app.rev}">'
        head += f'<script type="application/json" id="fleet-page">{page.embedded(about)}</script>'
        head += "".join(page.style(path, text) for path, text in app.built.css.items()) + self._runtime.head
        entry = f'<script type="module" src="/__fleet/app.js?v={app.rev}"></script>'
        return page.read(app.files["index.html"]).render(head, entry)

    def asset(self, path: str) -> bytes | None:
        if path.startswith(DEPS):
            return (self._packages / path.removeprefix(DEPS)).read_bytes()
        if path in ("/__fleet/app.js", "/__fleet/app.js.map"):
            return registry_text(self.app.built)[path.endswith(".map")].encode()
        return self._runtime.text if path == self._runtime.path else None

    def hear(self, path: str, body: dict[str, Any], size: int) -> None:
        with self._posted:
            self.posts.append((path, body, size))
            self._posted.notify_all()

    def wait_for_post(self, path: str, **wanted: Any) -> dict[str, Any]:
        """Wait until a page has said something like this."""

        def found() -> dict[str, Any] | None:
            said = (body for to, body, _ in self.posts if to == path)
            return next((body for body in said if wanted.items() <= body.items()), None)

        with self._posted:
            body = self._posted.wait_for(found, timeout=PATIENCE)
        assert body, f"{path} {wanted} was not said, but {self.posts}"
        return body

    def acknowledged(self) -> list[str]:
        return [body["rev"] for path, body, _ in self.posts if path == "/__fleet/ack"]

    def cut_streams(self) -> None:
        """Cut every stream in the middle."""
        for stream in self.streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        self.streams.clear()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.app.changed:
            self.ended = True
            self.app.changed.notify_all()
        self.cut_streams()
        self.shutdown()
        self.server_close()
