"""A registry on this machine: packages that a test publishes, and real ones as they were when first asked for."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from tests.edge.upstream import Upstream
from tests.patience import PATIENCE


def packed(files: dict[str, str | bytes]) -> bytes:
    """Pack files as npm does."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class Registry:
    """Speaks npm's protocol, as much of it as an install needs."""

    def __init__(self, upstream: Upstream | None = None) -> None:
        self.upstream = upstream
        self.asked: Counter[str] = Counter()
        #: How often it has yet to be unwell.
        self.unwell = 0
        #: What is answered only when something else has been asked for, too.
        self.after: dict[str, str] = {}
        #: A test that clears it holds every tarball back.
        self.sends = threading.Event()
        self.sends.set()
        self._packuments: dict[str, dict[str, Any]] = {}
        self._tarballs: dict[str, bytes] = {}
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body = registry.answer(unquote(self.path))
                with suppress(ConnectionError):  # who asked may have been ended
                    self.send_response(status)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own word
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.sends.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish(
        self, name: str, version: str = "1.0.0", files: dict[str, str | bytes] | None = None, **manifest: Any
    ) -> None:
        """Publish a version; the newest published is the latest."""
        about = {"name": name, "version": version, "main": "index.js", **manifest}
        content = {"package.json": json.dumps(about), "index.js": f"export default '{name}@{version}';"}
        self.publish_tarball(about, packed({**content, **(files or {})}))

    def publish_tarball(self, about: dict[str, Any], content: bytes, **dist: Any) -> None:
        """Publish what a registry would not let anybody publish."""
        name, version = about["name"], about["version"]
        path = f"/{name}/-/{version}.tgz"
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        found = self._packuments.setdefault(name, {"name": name, "versions": {}, "dist-tags": {}})
        dist = {"tarball": self.url + path[1:], "integrity": integrity, **dist}
        found["versions"][version] = {**about, "dist": dist}
        found["dist-tags"]["latest"] = version
        self._tarballs[path] = content

    def tag(self, name: str, tag: str, version: str) -> None:
        """Name a version."""
        self._packuments[name]["dist-tags"][tag] = version

    def answer(self, path: str) -> tuple[int, bytes]:
        """Answer one request; what was not published here is asked of the upstream, once for all times."""
        self.asked[path] += 1
        if self.unwell > 0:
            self.unwell -= 1
            return 503, b"{}"
        if path.endswith(".tgz"):
            self.sends.wait()
        if path in self.after:
            self.until_asked(self.after[path])
        if path in self._tarballs:
            return 200, self._tarballs[path]
        if found := self._packuments.get(path[1:]):
            return 200, json.dumps(found).encode()
        return self.upstream.answer(path, self.url) if self.upstream else (404, b"{}")

    def until_asked(self, path: str, times: int = 1) -> None:
        """Wait until something was asked for."""
        deadline = time.monotonic() + PATIENCE
        while self.asked[path] < times:
            assert time.monotonic() < deadline, dict(self.asked)
            time.sleep(0.02)

    def tarballs(self) -> int:
        """Return how many tarballs were asked for."""
        return sum(count for path, count in self.asked.items() if path.endswith(".tgz"))


def kept_at() -> Path:
    """Return where this checkout keeps the real packages that its tests use."""
    return Path(__file__).parents[2] / ".npm_cache" / "registry"
