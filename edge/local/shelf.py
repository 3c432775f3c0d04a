"""What the local edge serves, as files: content under its hash, releases that name content, and who is shown which.

Everything is whole from the moment it has its name: it is written beside it, brought to the disk, and renamed.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.release import Manifest

_WRITERS = 8
_FOLDERS = ("blobs", "domains", "kv", "pointers", "releases", "scripts", "variables")
_SHORT = 12


class Spoiled(Exception):
    """What was handed over as a release or as its content is something else."""


@dataclass(frozen=True)
class Canary:
    """A release that some visitors are shown."""

    release: str
    percent: int


@dataclass(frozen=True)
class Pointer:
    """Which release an app's environment shows; the highest `n` ever given holds."""

    n: int
    release: str
    previous: str | None = None
    canary: Canary | None = None


def script_name(app_id: str, release_id: str) -> str:
    """Return what a release's server code is called at the edge."""
    return f"{app_id}--{release_id[:_SHORT]}"


class Shelf:
    """The folder that the local edge reads; any number of processes may write."""

    def __init__(self, home: Path) -> None:
        self.root = home / "edge"

    def prepare(self) -> None:
        """Make the folders that are read even while nothing is in them."""
        for folder in _FOLDERS:
            (self.root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def has(self, app_id: str, release_id: str) -> bool:
        """Tell whether a release can be served: it was published as a whole."""
        return self._release(app_id, release_id).exists()

    def publish(self, manifest: bytes, release_id: str, app_id: str, content: Callable[[str], bytes]) -> None:
        """Put a release here, after all that it names; what is here already is not asked for."""
        if hashlib.sha256(manifest).hexdigest() != release_id:
            raise Spoiled(f"the manifest is not that of release {release_id}")
        release = Manifest.read(manifest.decode())
        if release.app_id != app_id:
            raise Spoiled(f"release {release_id} is one of {release.app_id}, not of {app_id}")
        with ThreadPoolExecutor(_WRITERS) as pool:
            missing = sorted(each for each in release.contents() if not self._blob(each).exists())
            for _ in pool.map(lambda each: self._keep(*each), ((each, content(each)) for each in missing)):
                pass
        if release.script:
            script = {"app": app_id, "release": release_id, **release.script.model_dump(mode="json")}
            _write(self.root / "scripts" / f"{script_name(app_id, release_id)}.json", _encoded(script))
        _write(self._release(app_id, release_id), release.served().encode())

    def point(self, environment: str, app_id: str, pointer: Pointer) -> bool:
        """Show a release, unless a later decision was written before; tell whether this one holds."""
        with self._alone(environment):
            now = self.pointer(environment, app_id)
            if now is not None and now.n > pointer.n:
                return False
            _write(self._pointer(environment, app_id), _encoded(asdict(pointer)))
            return True

    def pointer(self, environment: str, app_id: str) -> Pointer | None:
        """Return what an app's environment shows."""
        try:
            kept = json.loads(self._pointer(environment, app_id).read_bytes())
        except FileNotFoundError:
            return None
        canary = kept.pop("canary")
        return Pointer(**kept, canary=Canary(**canary) if canary else None)

    def give(self, environment: str, app_id: str, values: Mapping[str, str]) -> None:
        """Let an app's scripts have these variables in an environment, and no others; secrets are among them."""
        text = _encoded(dict(values))
        body = _encoded({"version": hashlib.sha256(text).hexdigest()[:_SHORT], "values": dict(values)})
        _write(self.root / "variables" / environment / f"{app_id}.json", body)

    def bring(self, host: str, app_id: str, environment: str) -> None:
        """Let a host of somebody's own lead to an app."""
        _write(self._domain(host), _encoded({"app": app_id, "environment": environment}))

    def let_go(self, host: str) -> None:
        """Let it lead nowhere again."""
        self._domain(host).unlink(missing_ok=True)

    def _keep(self, sha256: str, body: bytes) -> None:
        if hashlib.sha256(body).hexdigest() != sha256:
            raise Spoiled(f"what was handed over as {sha256} is something else")
        _write(self._blob(sha256), body)

    @contextmanager
    def _alone(self, environment: str) -> Iterator[None]:
        """Keep other processes from pointing between our look and our word."""
        path = self.root / f"pointers/{environment}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _blob(self, sha256: str) -> Path:
        return self.root / "blobs" / sha256[:2] / sha256

    def _release(self, app_id: str, release_id: str) -> Path:
        return self.root / "releases" / app_id / f"{release_id}.json"

    def _domain(self, host: str) -> Path:
        return self.root / "domains" / f"{host}.json"

    def _pointer(self, environment: str, app_id: str) -> Path:
        return self.root / "pointers" / environment / f"{app_id}.json"


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _write(path: Path, body: bytes) -> None:
    """Give a file its name once it is whole and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Bring a name to the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
