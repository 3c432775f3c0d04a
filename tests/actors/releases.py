"""Small releases made by hand, and a place to make them live at that does as it is told."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from actors.deploys.desk import Desk
from actors.run_deploy import run_deploy
from actors.runtime.actor import Actor
from contracts.release import Asset, Manifest, Module, Script
from contracts.settings import Settings
from edge.targets.places import Places
from edge.targets.target import GOOD, Content, Finding, Pointer, Reading
from sql import releases
from sql.database import Pool, transaction
from sql.releases import Release


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def static(app_id: str, text: str) -> tuple[Manifest, dict[str, bytes]]:
    """Return a release of two files, and these."""
    page, code = f"<!doctype html><p>{text}".encode(), f"console.log({text!r})".encode()
    assets = {
        "/index.html": Asset(sha256=sha256(page), type="text/html", bytes=len(page)),
        f"/assets/{text}.js": Asset(sha256=sha256(code), type="text/javascript", bytes=len(code), immutable=True),
    }
    manifest = Manifest(app_id=app_id, files={}, assets=assets, built_by="hand")
    return manifest, {sha256(page): page, sha256(code): code}


def served(app_id: str, text: str, code: str) -> tuple[Manifest, dict[str, bytes]]:
    """Return the same with server code behind it."""
    manifest, contents = static(app_id, text)
    module = code.encode()
    modules = {"index.js": Module(sha256=sha256(module))}
    script = Script(main="index.js", modules=modules, compatibility_date="2026-11-01")
    return manifest.model_copy(update={"script": script}), {**contents, sha256(module): module}


def keep(pool: Pool, app_id: str, text: str, code: str = "") -> str:
    """Keep such a release, as a build would, and return its name."""
    manifest, contents = served(app_id, text, code) if code else static(app_id, text)
    release = Release(manifest.release_id, text.encode(), manifest, "{}", "[]", ())
    made = {bytes.fromhex(name): content for name, content in contents.items()}
    with transaction(pool, app_id) as tx:
        releases.keep(tx, app_id, release, made, app_version=None, build_id=f"build of {text}")
    return manifest.release_id


@dataclass
class ScriptedPlace:
    """Keeps what it is given; finds what it is told to find, and nothing wrong otherwise."""

    name: str = "local"
    releases: dict[str, dict[str, bytes]] = field(default_factory=dict)
    pointers: dict[tuple[str, str], Pointer] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    reading: Reading | None = None
    #: Called at each step with its name, before it is taken.
    at: Callable[[str], Any] = lambda _step: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, app_id: str, environment: str) -> str:
        return f"http://{environment}.{app_id}.test"

    def script_name(self, _app_id: str, _manifest: Manifest) -> str | None:
        return None

    def publish(self, manifest: Manifest, content: Content) -> None:
        self.at("publish")
        self.releases[manifest.release_id] = {name: content(name) for name in sorted(manifest.contents())}

    def check(self, _environment: str, manifest: Manifest) -> Finding:
        self.at("check")
        assert manifest.release_id in self.releases
        return self._finding(manifest.release_id)

    def point(self, environment: str, app_id: str, pointer: Pointer) -> int:
        self.at("point")
        with self._lock:
            now = self.pointers.get((environment, app_id))
            if now is None or now.n <= pointer.n:
                self.pointers[environment, app_id] = pointer
            return self.pointers[environment, app_id].n

    def shown(self, environment: str, app_id: str, releases: frozenset[str]) -> Finding:
        self.at("shown")
        assert self.pointers[environment, app_id].release in releases
        return self._finding("shown")

    def health(self, _environment: str, _app_id: str, _release_id: str) -> Reading | None:
        return self.reading

    def close(self) -> None:
        """Nothing is open."""

    def _finding(self, about: str) -> Finding:
        """Return what is to be found next; the last of it holds."""
        left = self.findings.get(about, [GOOD])
        return left.pop(0) if len(left) > 1 else left[0]


def deployer(place: ScriptedPlace) -> Actor:
    """Return the actor, deploying to this place."""

    def desk(settings: Settings) -> Desk:
        return Desk(settings, Places(settings, {"local": lambda _settings: place}))

    return replace(run_deploy, using=desk)
