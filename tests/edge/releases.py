"""Small releases made by hand: what a build would hand over."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from edge.local.shelf import Pointer, Shelf

TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript", "css": "text/css", "txt": "text/plain"}


class Release:
    """One release of an app, with all that it names."""

    def __init__(
        self, assets: Mapping[str, bytes], modules: Mapping[str, bytes] | None = None, app: str = "demo"
    ) -> None:
        self.app = app
        self.blobs: dict[str, bytes] = {}
        manifest = {
            "format": 1,
            "app_id": app,
            "files": {"src/App.tsx": "secret"},
            "assets": {path: self.asset(path, body) for path, body in assets.items()},
            "script": self.script(modules) if modules else None,
            "maps": {"/assets/app.js.map": "secret"},
        }
        self.manifest = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
        self.release_id = hashlib.sha256(self.manifest).hexdigest()

    def keep(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        self.blobs[sha256] = body
        return sha256

    def script(self, modules: Mapping[str, bytes]) -> dict[str, Any]:
        named = {
            name: {"sha256": self.keep(body), "type": "application/javascript+module"} for name, body in modules.items()
        }
        return {"main": next(iter(modules)), "modules": named, "compatibility_date": "2026-11-01"}

    def asset(self, path: str, body: bytes) -> dict[str, Any]:
        kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
        about = {"sha256": self.keep(body), "type": kind, "bytes": len(body), "gzip": None, "br": None}
        return {**about, "immutable": path.startswith("/assets/")}

    def publish(self, shelf: Shelf) -> None:
        shelf.publish(self.manifest, self.release_id, self.app, self.blobs.__getitem__)

    def show(self, shelf: Shelf, environment: str = "production") -> None:
        """Publish it, and point to it."""
        self.publish(shelf)
        now = shelf.pointer(environment, self.app)
        pointer = Pointer(now.n + 1 if now else 1, self.release_id, now.release if now else None)
        assert shelf.point(environment, self.app, pointer)
