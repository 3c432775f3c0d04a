"""Small releases made by hand: what a build would hand over."""

import hashlib
from collections.abc import Mapping

from contracts.release import Asset, Manifest, Module, Script
from edge.local.shelf import Pointer, Shelf

TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript", "css": "text/css", "txt": "text/plain"}


class Release:
    """One release of an app, with all that it names; the first of its modules is the one that is called."""

    def __init__(
        self, assets: Mapping[str, bytes], modules: Mapping[str, bytes] | None = None, app: str = "demo"
    ) -> None:
        self.app = app
        self.blobs: dict[str, bytes] = {}
        self.manifest = Manifest(
            app_id=app,
            files={"src/App.tsx": "secret"},
            assets={path: self._asset(path, body) for path, body in assets.items()},
            script=self._script(modules) if modules else None,
            maps={"/assets/app.js.map": "secret"},
            built_by="hand",
        )

    @property
    def release_id(self) -> str:
        return self.manifest.release_id

    def keep(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        self.blobs[sha256] = body
        return sha256

    def _script(self, modules: Mapping[str, bytes]) -> Script:
        named = {name: Module(sha256=self.keep(body)) for name, body in modules.items()}
        return Script(main=next(iter(modules)), modules=named, compatibility_date="2026-11-01")

    def _asset(self, path: str, body: bytes) -> Asset:
        kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
        return Asset(sha256=self.keep(body), type=kind, bytes=len(body), immutable=path.startswith("/assets/"))

    def publish(self, shelf: Shelf) -> None:
        shelf.publish(self.manifest.text().encode(), self.release_id, self.app, self.blobs.__getitem__)

    def show(self, shelf: Shelf, environment: str = "production") -> None:
        """Publish it, and point to it."""
        self.publish(shelf)
        now = shelf.pointer(environment, self.app)
        pointer = Pointer(now.n + 1 if now else 1, self.release_id, now.release if now else None)
        assert shelf.point(environment, self.app, pointer)
