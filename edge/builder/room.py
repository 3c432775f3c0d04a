"""Where apps are built: from their files to everything that is served of them, or what is wrong with them."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from contracts.release import Asset, Manifest, Module, Script
from contracts.settings import Settings
from edge import compiler_node, components, page
from edge.builder import process, request
from edge.builder.process import Limits, Tell
from edge.builder.spare import Place, Spare
from edge.compiler import Compiler
from edge.compiler_words import Failure, Source
from edge.configs import problem
from edge.conventions import Conventions
from edge.cover import App, Covers, Shelf
from edge.drawing import Wrong, sound
from edge.graph import Problem
from edge.packages import locks
from edge.packages.installer import Installer, Refused, Registry
from edge.packages.trees import Trees
from edge.packages.wanted import wanted
from edge.sandbox import confinement
from edge.surveyor import Surveyor

#: What a Worker's script is run as.
_COMPATIBLE = "2026-11-01"
_VITE = tuple(f"vite.config.{ending}" for ending in ("js", "mjs", "ts", "cjs", "mts", "cts"))
_CONFIGURING, _READING = 10, 20


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the release's manifest, everything that it names, and what there is to say of it."""

    manifest: Manifest
    contents: dict[bytes, bytes]
    report: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()

    def sizes(self) -> dict[str, int]:
        """Return how much travels in all."""
        return {key: sum(row[key] for row in self.report) for key in ("raw", "gzip", "brotli")}


class Flawed(Exception):
    """The app cannot be built as it is."""

    def __init__(self, step: str, problem: Problem) -> None:
        super().__init__(problem.message)
        self.step, self.problem = step, problem


@dataclass(frozen=True, slots=True)
class _Work:
    """One build on its way."""

    app: App
    builder: process.Builder
    out: Path
    warnings: list[str]
    tell: Tell

    def text(self, path: str) -> str | None:
        """Return what a file of the app says."""
        sha256 = self.app.files.get(path)
        return None if sha256 is None else self.app.shelf.texts([sha256])[sha256].decode(errors="replace")


class Room:
    """Thread-safe. What is started for the first build stays for the next: what reads configurations, and packages."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._settings, self._limits = settings, limits or Limits()
        self._guard = threading.Lock()

    def close(self) -> None:
        """End what was started."""
        for name in ("_spare", "_surveyor", "_installer", "_trees", "_compiler"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @cached_property
    def version(self) -> str:
        """Name what makes releases: another program or another package makes others."""
        digest = hashlib.sha256(f"{compiler_node.version()}\n{request.TARGET}\n{_COMPATIBLE}".encode())
        for file in sorted((compiler_node.HERE / "builder").glob("*.[jp][sy]")):
            if not file.name.endswith(".test.js"):
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def key(self, files: Mapping[str, bytes]) -> bytes:
        """Return the name of what is made of these files."""
        named = "\n".join(f"{path} {files[path].hex()}" for path in sorted(files))
        return hashlib.sha256(f"{self.version}\n{named}".encode(errors="surrogatepass")).digest()

    def build(
        self, app_id: str, files: Mapping[str, bytes], shelf: Shelf, tell: Tell, unwanted: Callable[[], bool]
    ) -> Built:
        """Build an app; Flawed says what is wrong with it, process.Stopped why nothing came of it."""
        tell("configuring", "reading how the app is set up", _CONFIGURING)
        app = App(app_id, files, shelf, lambda stage, message: tell(stage, message, _READING))
        with self._guard:  # each of them is started once
            spare, home, _ = self._spare, self._trees.nothing, self._surveyor
        asked, warnings = self._request(app)
        with spare.taken() as place, process.watched(place.builder, self._limits, unwanted):
            tell("reading", f"reading {len(files)} files", _READING)
            words = {"request": asked, "empty": str(home)}
            found = _answer(place.builder.ask(words, tell), "reading")
            return self._with_packages(_Work(app, place.builder, place.out, warnings, tell), found["packages"])

    def _with_packages(self, work: _Work, specs: list[str]) -> Built:
        """Let the builder have the packages, and take what it makes."""
        lock = next((name for name in locks.READERS if name in work.app.files), "")
        locked = locks.read(lock, work.text(lock) or "") if lock else locks.Locked()
        plain = [spec.partition("?")[0] for spec in specs]
        packages = wanted(work.text("package.json"), plain, locked) if plain else None
        if isinstance(packages, Problem):
            raise Flawed("installing", packages)
        try:
            if packages is None:
                return self._made(work, "", self._trees.nothing)
            with self._trees.folder(packages, work.app.shelf.packages, work.app.tell) as (deps, folder):
                return self._made(work, deps, folder)
        except Refused as refused:
            raise Flawed("installing", refused.problem) from None

    def _made(self, work: _Work, deps: str, folder: Path) -> Built:
        """Take what the builder makes of the app and its packages."""
        app = work.app
        answer = _answer(work.builder.ask({"folder": str(folder), "out": str(work.out)}, work.tell), "bundling")
        made = answer["made"]
        manifest = Manifest(
            app_id=app.app_id,
            files={path: sha256.hex() for path, sha256 in app.files.items()},
            assets={name: Asset(**one) for name, one in made["assets"].items()},
            script=_script(made["script"]),
            maps=made["maps"],
            deps=deps,
            built_by=self.version,
        )
        contents = {bytes.fromhex(name): (work.out / name).read_bytes() for name in answer["contents"]}
        for name, content in contents.items():
            if hashlib.sha256(content).digest() != name:
                raise process.Stopped("what was made is not what was said of it")
        return Built(manifest, contents, made["report"], (*work.warnings, *made["warnings"]))

    def _request(self, app: App) -> tuple[dict[str, Any], list[str]]:
        covers = Covers(self._surveyor)
        texts = app.shelf.texts(set(app.files.values()))
        files = {path: texts[sha256] for path, sha256 in app.files.items()}
        try:
            conventions = sound(self._surveyor.conventions(app.app_id, app.files, app.shelf))
            if request.is_server_alone(files, conventions.root):
                return request.request(files, "", page.NONE, "", conventions), [*conventions.warnings]
            around, entry, conventions = covers.read(app)
        except Wrong as wrong:
            raise Flawed("configuring", wrong.problem) from None
        files |= self._components(app, files, conventions)
        html = covers.text(app, f"{conventions.root}index.html") or around.render("", "")
        config = next((name for name in _VITE if name in files), None)
        unknown = request.unknown_plugins(config, files[config].decode(errors="replace")) if config else []
        return request.request(files, html, around, entry, conventions), [*conventions.warnings, *unknown]

    def _components(self, app: App, files: Mapping[str, bytes], conventions: Conventions) -> dict[str, bytes]:
        """Return the components that take something from outside, with that in its place."""
        found: dict[str, bytes] = {}
        for path in files:
            if path.endswith(components.ENDINGS) and components.outside(text := files[path].decode(errors="replace")):
                plain = self._surveyor.plain(Source(path, text), app.files, app.shelf, conventions)
                if isinstance(plain, Failure):
                    raise Flawed("reading", problem(plain))
                found[path] = plain.text.encode()
        return found

    @cached_property
    def _compiler(self) -> Compiler:
        return Compiler(children=1)

    @cached_property
    def _surveyor(self) -> Surveyor:
        return Surveyor(self._compiler, "production")

    @cached_property
    def _installer(self) -> Installer:
        return Installer(self._compiler, Registry(self._settings.npm_registry, self._settings.ca_certs))

    @cached_property
    def _trees(self) -> Trees:
        return Trees(self._installer)

    @cached_property
    def _spare(self) -> Spare:
        prefix, readable = confinement(), [self._trees.nothing.parent]
        return Spare(lambda: Place.start(prefix, readable))


def _script(told: dict[str, Any] | None) -> Script | None:
    if told is None:
        return None
    modules = {name: Module(**one) for name, one in told["modules"].items()}
    return Script(main=told["main"], modules=modules, compatibility_date=_COMPATIBLE)


def _answer(answer: dict[str, Any], step: str) -> dict[str, Any]:
    if found := answer.get("problem"):
        problem = Problem(found["file"], found["message"], found["line"], found["column"], found["frame"])
        raise Flawed(answer.get("step", step), problem)
    return answer
