"""Makes one bundle: resolves, sees whether another has made it, and else installs and bundles."""

import hashlib
import json
import threading
import uuid
from dataclasses import dataclass, field

from edge.packages.installer import Bundle, Installation, Installer, Refused
from edge.packages.shelf import Made, Shelf, Tell
from edge.packages.tree import Tree
from edge.packages.wanted import Wanted, not_named

#: A maker that crashed is replaced when its claim has run out; every stage of the making renews it.
_CLAIM_SECONDS = 150.0
_LOOK_SECONDS = 0.3
#: A registry that is away is asked again after so many seconds, before that is told as a problem.
_PAUSES = (1.0, 3.0, 9.0)


@dataclass
class Making:
    """One bundle on its way."""

    installer: Installer
    bundler: str
    asked: Wanted
    #: What the answer is kept under, and what it was kept under the day before.
    questions: tuple[bytes, bytes]
    shelf: Shelf
    tell: Tell
    stopping: threading.Event
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)

    def make(self) -> Made:
        """Return what was made, by us or by another; Refused says why it cannot be."""
        question, before = self.questions
        for pause in _PAUSES:
            try:
                return self._make(question)
            except Refused as refused:
                if not refused.passing or self.stopping.is_set():
                    raise
                if before != question and self.shelf.tree(before) is not None:
                    return self._make(before)
                self.tell("installing", f"{refused}; trying again")
            self.stopping.wait(pause)
        return self._make(question)

    def _make(self, question: bytes) -> Made:
        text = self.shelf.tree(question)
        while True:
            known = Tree.parse(text) if text else None
            with self.installer.begin(self.asked, known) as installation:
                text = known.text() if known else self.shelf.put_tree(question, installation.tree.text())
                # Another may have had another answer meanwhile: the first one counts for all.
                if Tree.parse(text) == installation.tree or known:
                    return self._made(installation)

    def _made(self, installation: Installation) -> Made:
        tree = installation.tree
        for name in self.asked.unnamed:
            if not tree.has(name):
                raise Refused(not_named(name))
        key = tree.key(self.bundler, self.asked.specs)
        while not self.shelf.claim(key, self.owner, _CLAIM_SECONDS):
            if (found := self.shelf.bundle(key)) is not None:
                return Made(*found)
            if self.stopping.wait(_LOOK_SECONDS):
                raise Refused("The worker stops")
        try:
            found = self.shelf.bundle(key)
            return Made(*found) if found else self._keep(key, self._bundled(installation, key))
        finally:
            self.shelf.release(key, self.owner)

    def _bundled(self, installation: Installation, key: bytes) -> Bundle:
        tree = installation.tree
        counted = f"{len(tree)} packages" if len(tree) > 1 else "1 package"
        notice = f", although their peers disagree: {tree.conflict}" if tree.conflict else ""
        self.tell("installing", f"installing {counted}{notice}")

        def bundling() -> None:
            self.shelf.claim(key, self.owner, _CLAIM_SECONDS)
            self.tell("bundling", f"bundling {counted}")

        return installation.bundle(self.asked.specs, bundling)

    def _keep(self, key: bytes, bundle: Bundle) -> Made:
        manifest = json.dumps(bundle.specs)
        digest = hashlib.sha256(manifest.encode())
        for name in sorted(bundle.files):
            digest.update(hashlib.sha256(bundle.files[name]).digest())
        made = Made(digest.hexdigest()[:20], manifest)
        self.shelf.put_bundle(key, *made, bundle.files)
        return made
