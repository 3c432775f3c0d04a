"""Packages as they are installed, for whoever bundles what is in them: kept in folders, a few of the last."""

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from edge.packages import folders
from edge.packages.bundles import today
from edge.packages.installer import Installer, Refused
from edge.packages.shelf import Shelf, Tell
from edge.packages.tree import Tree
from edge.packages.wanted import Wanted, not_named

_MOST = 12


@dataclass
class Kept:
    """An installed tree, or the place where one is to be."""

    folder: Path
    guard: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    used_at: float = 0.0


class Trees:
    """Thread-safe. Two apps with the same packages in the same versions share a folder, which nobody writes to."""

    def __init__(self, installer: Installer, today: Callable[[], int] = today) -> None:
        self._installer, self._today = installer, today
        self._home = folders.own_folder()
        self._folder = self._home.__enter__()
        self.nothing = self._folder / "nothing"
        self.nothing.mkdir()
        self._kept: dict[str, Kept] = {}
        self._guard = threading.Lock()

    def close(self) -> None:
        """Remove all."""
        self._home.__exit__(None, None, None)

    @contextmanager
    def folder(self, asked: Wanted, shelf: Shelf, tell: Tell) -> Iterator[tuple[str, Path]]:
        """Lend the folder with an app's packages, and the name of their set; Refused says why there is none."""
        if not asked.roots:
            yield "", self.nothing
            return
        question = asked.key(self._installer.registry, self._today())
        text = shelf.tree(question)
        name = self._install(asked, question, shelf, tell) if text is None else _name(Tree.parse(text))
        kept = self._take(name)
        try:
            if not kept.folder.exists():
                self._install(asked, question, shelf, tell)
            yield name, kept.folder
        finally:
            self._give_back(kept)

    def _install(self, asked: Wanted, question: bytes, shelf: Shelf, tell: Tell) -> str:
        """Install what was resolved before, or resolve it for all who come later."""
        tell("installing", "installing the packages of the app")
        while True:
            text = shelf.tree(question)
            known = Tree.parse(text) if text else None
            with self._installer.begin(asked, known) as installation:
                first = known or Tree.parse(shelf.put_tree(question, installation.tree.text()))
                if first != installation.tree and not known:
                    continue  # another was quicker, and had another answer: the first one counts
                tree = installation.tree
                for name in asked.unnamed:
                    if not tree.has(name):
                        raise Refused(not_named(name).message)
                name = _name(tree)
                kept = self._place(name)
                with kept.guard:
                    if not kept.folder.exists():
                        tell("installing", f"installing {len(tree)} packages")
                        installation.move(kept.folder)
                return name

    def _place(self, name: str) -> Kept:
        with self._guard:
            return self._kept.setdefault(name, Kept(self._folder / name, used_at=time.monotonic()))

    def _take(self, name: str) -> Kept:
        with self._guard:
            kept = self._kept.setdefault(name, Kept(self._folder / name))
            kept.users, kept.used_at = kept.users + 1, time.monotonic()
            return kept

    def _give_back(self, kept: Kept) -> None:
        with self._guard:
            kept.users -= 1
            idle = sorted((one.used_at, name) for name, one in self._kept.items() if not one.users)
            leave = [name for _, name in idle[: max(0, len(self._kept) - _MOST)]]
            gone = [self._kept.pop(name).folder for name in leave]
            for number, folder in enumerate(gone):
                with suppress(FileNotFoundError):
                    folder.rename(self._folder / f"gone-{number}-{time.monotonic_ns()}")
        for folder in self._folder.glob("gone-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _name(tree: Tree) -> str:
    """Return the name of a set: what is where, as the registry vouches for it."""
    return hashlib.sha256(json.dumps(["installed", tree.key("", ()).hex()]).encode()).hexdigest()[:24]
