"""The packages of an app, from its files: what it imports, in which versions, as the bundle that its page loads."""

from collections.abc import Callable, Collection, Mapping

from contracts.settings import Settings
from edge.compiler import Compiler
from edge.graph import Problem
from edge.memory import Memory
from edge.packages import locks
from edge.packages.bundles import Bundles, today
from edge.packages.disk import DiskPackages
from edge.packages.installer import Installer, Registry
from edge.packages.locks import Locked
from edge.packages.shelf import Made, Shelf, Tell
from edge.packages.wanted import wanted

_NOTHING = Made("none", "{}")


class AppPackages:
    """Thread-safe. An app whose files say what they said before is answered without reading them."""

    def __init__(self, compiler: Compiler, settings: Settings) -> None:
        registry = Registry(settings.npm_registry, settings.ca_certs)
        self._disk = DiskPackages.from_settings(settings)
        self._bundles = Bundles(Installer(compiler, registry), compiler.version)
        self._answered: Memory[tuple[object, ...], Made] = Memory(1_000)
        self._locks: Memory[bytes, Locked] = Memory(50)

    def close(self) -> None:
        """End what is being installed."""
        self._bundles.close()

    def bundle(
        self,
        app_id: str,
        files: Mapping[str, bytes],
        specs: Collection[str],
        *,
        text: Callable[[str], str | None],
        shelf: Shelf,
        tell: Tell,
    ) -> Made | Problem:
        """Return the bundle of what an app imports, or why there is none; Snooze: it is being made."""
        if not specs:
            return _NOTHING
        lock = next((name for name in locks.READERS if name in files), "")
        said = (files.get("package.json"), files.get(lock), frozenset(specs), today())
        if (answered := self._answered.get(said)) is not None:
            return answered
        asked = wanted(text("package.json"), specs, self._locked(lock, files, text))
        if isinstance(asked, Problem):
            return asked
        made = self._bundles.get(asked, app_id, self._disk or shelf, tell)
        return self._answered.put(said, made) if isinstance(made, Made) else made

    def _locked(self, lock: str, files: Mapping[str, bytes], text: Callable[[str], str | None]) -> Locked:
        if not lock:
            return Locked()
        known = self._locks.get(files[lock])
        return known if known is not None else self._locks.put(files[lock], locks.read(lock, text(lock) or ""))
