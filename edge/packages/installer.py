"""Installs the packages of one app at a time into a folder of its own, and has them bundled."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.compiler import Compiler
from edge.compiler_words import Failure
from edge.graph import Problem
from edge.packages import confined, folders
from edge.packages.confined import CACHE_MEGABYTES, Conversation, Limits
from edge.packages.registry import of_npm
from edge.packages.tree import Tree
from edge.packages.wanted import Wanted

_FILE = "package.json"


@dataclass(frozen=True, slots=True)
class Registry:
    """Where packages come from, npm's own where nobody says, and whom to trust there besides."""

    named: str | None = None
    certificates: Path | None = None

    @property
    def url(self) -> str:
        """Return where it is; npm is asked when it has to be known, and not when a worker starts."""
        return self.named or of_npm()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set as files that any page can load."""

    specs: dict[str, dict[str, Any]]
    files: dict[str, bytes]


class Refused(Exception):
    """The packages cannot be had; the text says why to whoever asked for them. `passing`: perhaps in a moment."""

    def __init__(self, reason: str | Problem, *, passing: bool = False) -> None:
        #: As the page shows it.
        self.problem = Problem(_FILE, reason) if isinstance(reason, str) else reason
        super().__init__(self.problem.message)
        self.passing = passing


class Installer:
    """Thread-safe. What the registry sent is kept in one folder until it is too much."""

    def __init__(self, compiler: Compiler, registry: Registry, limits: Limits | None = None) -> None:
        self._compiler, self._registry, self._limits = compiler, registry, limits or Limits()
        self._stopping = threading.Event()
        self._using = threading.Lock()
        self._users = 0
        folders.sweep()
        self._home = folders.own_folder()
        self._cache = self._home.__enter__() / "cache"

    @property
    def registry(self) -> str:
        """Return where packages come from."""
        return self._registry.url

    def stop(self) -> None:
        """End what runs."""
        self._stopping.set()

    def close(self) -> None:
        """Forget what was fetched."""
        self._home.__exit__(None, None, None)

    @contextmanager
    def begin(self, asked: Wanted, known: Tree | None) -> Iterator["Installation"]:
        """Resolve what is asked for, or take it as it was resolved before."""
        question = {
            **asked.question(),
            "registry": self._registry.url,
            "most": self._limits.packages,
            "known": known and {"packages": known.packages, "legacy": known.legacy},
        }
        with folders.own_folder() as folder, self._cached() as cache:
            root = folders.give(folder / "root")
            with confined.npm(root, cache, self._registry.certificates, self._limits, self._stopping) as npm:
                tree = _tree(_answer(npm, json.dumps({**question, "cache": str(cache)})))
                yield Installation(self._compiler, npm, folder, tree)

    @contextmanager
    def _cached(self) -> Iterator[Path]:
        with self._using:
            if not self._users and folders.measure(self._cache)[1] > CACHE_MEGABYTES * 2**20:
                shutil.rmtree(self._cache)
            if not self._cache.exists():
                folders.give(self._cache)
            self._users += 1
        try:
            yield self._cache
        finally:
            with self._using:
                self._users -= 1


@dataclass(frozen=True, slots=True)
class Installation:
    """A tree that is known, and can be fetched."""

    compiler: Compiler
    npm: Conversation
    folder: Path
    tree: Tree

    def bundle(self, specs: tuple[str, ...], bundling: Callable[[], None]) -> Bundle:
        """Fetch the tree and make of it what a page can load; nothing else is left of it."""
        _answer(self.npm, "install")
        bundling()
        out = self.folder / "out"
        made = self.compiler.prebundle(self.folder / "root", specs, out)
        if isinstance(made, Failure):
            raise Refused(made.message)
        parts = {
            spec: {"file": one.file, "cjs": one.cjs, "css": one.css, "chunks": one.chunks}
            for spec, one in made.specs.items()
        }
        return Bundle(parts, {name: (out / name).read_bytes() for name in made.files})

    def move(self, place: Path) -> None:
        """Fetch the tree and put it at a place, whole or not at all."""
        _answer(self.npm, "install")
        (self.folder / "root").rename(place)


def _tree(answer: Mapping[str, Any]) -> Tree:
    tree = Tree(**answer)
    if unchecked := tree.unchecked():
        raise Refused(f"The registry has no checksum of {unchecked}")
    return tree


def _answer(npm: Conversation, words: str) -> Mapping[str, Any]:
    try:
        answer: dict[str, Any] = npm.ask(words)
    except confined.Exceeded as exceeded:
        answer = {"reason": str(exceeded)}
    except confined.Ended:
        answer = {"reason": "npm ended without saying why"}
    if "reason" in answer:
        raise Refused(f"The packages cannot be installed: {answer['reason']}", passing=answer.get("passing", False))
    return answer
