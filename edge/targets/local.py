"""The edge on this machine, as a place: files on its shelf, and visits at its door."""

import time
from urllib.parse import urlsplit

import httpx

from contracts.release import Manifest
from contracts.settings import Settings
from edge.local.client import LocalEdge
from edge.local.release_pass import HEADER, release_pass
from edge.local.shelf import Shelf, Spoiled, script_name
from edge.targets import visit
from edge.targets.target import GOOD, Content, Finding, Pointer, Reading, Refused
from edge.targets.visit import Answer, Route

_PASS_SECONDS = 60
#: Longer than the edge needs to be rid of a script that loops.
_PATIENCE = 6.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}


class LocalTarget:
    """Thread-safe; any number of processes may publish."""

    name = "local"

    def __init__(self, settings: Settings) -> None:
        if settings.edge_key is None:
            raise Refused("FLEET_EDGE_KEY is not set: without it nothing can be looked at before it is live")
        self._settings, self._key = settings, settings.edge_key.get_secret_value()
        self._shelf, self._edge = Shelf(settings.home), LocalEdge(settings.home)
        host, _, port = settings.edge_http.rpartition(":")
        self._client = httpx.Client(
            base_url=f"http://{_EVERYWHERE.get(host, host)}:{port}", timeout=_PATIENCE, trust_env=False
        )

    def url(self, app_id: str, environment: str) -> str:
        """Return where an app is shown."""
        return self._settings.app_url(app_id, environment)

    def script_name(self, app_id: str, manifest: Manifest) -> str | None:
        """Return what a release's server code is called, where it has some."""
        return script_name(app_id, manifest.release_id) if manifest.script else None

    def publish(self, manifest: Manifest, content: Content) -> None:
        """Put a release on the shelf."""
        if self._shelf.has(manifest.app_id, manifest.release_id):
            return
        try:
            self._shelf.publish(manifest.text().encode(), manifest.release_id, manifest.app_id, content)
        except Spoiled as error:
            raise Refused(str(error)) from None

    def check(self, environment: str, manifest: Manifest) -> Finding:
        """Visit what the release stands or falls with, shown to nobody else."""
        expiry = int(time.time()) + _PASS_SECONDS
        about = {"app_id": manifest.app_id, "environment": environment, "release_id": manifest.release_id}
        headers = {HEADER: release_pass(self._key, **about, expiry=expiry)}
        for route in visit.routes(manifest):
            answer = self._visit(environment, manifest.app_id, route, headers)
            finding = visit.judge(route, answer, frozenset({manifest.release_id}))
            if finding != GOOD:
                return finding
        return GOOD

    def point(self, environment: str, app_id: str, pointer: Pointer) -> int:
        """Show a release; where a later decision was written before, that one holds."""
        if self._shelf.point(environment, app_id, pointer):
            return pointer.n
        later = self._shelf.pointer(environment, app_id)
        return later.n if later else pointer.n

    def shown(self, environment: str, app_id: str, releases: frozenset[str]) -> Finding:
        """Visit the app as anybody would."""
        finding = visit.judge(visit.FRONT, self._visit(environment, app_id, visit.FRONT, {}), releases)
        return GOOD if finding.verdict == "wrong" else finding  # how it answers is another matter

    def health(self, environment: str, app_id: str, release_id: str) -> Reading | None:
        """Return what the edge has counted, while it is there."""
        health = self._edge.health(environment, app_id)
        if health is None:
            return None
        counts = health.of(release_id)
        return Reading(health.since, counts.requests, counts.errors, counts.strikes, health.left_out)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _visit(self, environment: str, app_id: str, route: Route, headers: dict[str, str]) -> Answer | str:
        """Return what is answered, or why nothing is."""
        host = urlsplit(self.url(app_id, environment)).netloc
        try:
            answer = self._client.get(route.path, headers={"host": host, "accept-encoding": "identity", **headers})
        except httpx.TimeoutException:
            return f"was not answered within {_PATIENCE:g} s"
        except httpx.TransportError as error:
            return f"the edge does not answer ({type(error).__name__})"
        return Answer(answer.status_code, answer.headers.get(visit.RELEASE, ""), answer.content)
