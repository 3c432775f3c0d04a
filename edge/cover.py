"""What an app begins with: its page, and how it is set up; or what stands in the way of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from edge import environment, frameworks, limits, page, pages, reading
from edge.conventions import Conventions
from edge.drawing import NOTHING_LOADED, NOTHING_TO_SHOW, Wrong, refuse, sound
from edge.graph import Problem
from edge.memory import Memory
from edge.packages.shelf import Shelf as Packages
from edge.packages.shelf import Tell
from edge.surveyor import Surveyor


class Shelf(reading.Shelf, Protocol):
    """Where contents are, what was made of them before, and packages."""

    def put_text(self, text: bytes) -> bytes:
        """Keep a text and return its hash."""

    @property
    def packages(self) -> Packages:
        """Return where packages are."""


@dataclass(frozen=True, slots=True)
class App:
    """What is drawn: files by their content's hash, and where contents are."""

    app_id: str
    files: Mapping[str, bytes]
    shelf: Shelf
    tell: Tell


class Covers:
    """Reads pages, and remembers the few files that every turn looks at."""

    def __init__(self, surveyor: Surveyor) -> None:
        self._surveyor = surveyor
        self._texts: Memory[bytes, str] = Memory(200)

    def read(self, app: App) -> tuple[page.Page, str, Conventions]:
        """Read the page, and how the app is set up; what is wrong with that matters only where there is a page."""
        found = self._surveyor.conventions(app.app_id, app.files, app.shelf)
        root = "" if isinstance(found, Problem) else found.root
        html = self.text(app, f"{root}index.html")
        if not html and not frameworks.other(self.text(app, "package.json")):  # whose src/main.ts is of another kind
            html = pages.bare(app.app_id, app.files, root)
        if html is None:
            raise Wrong(self._instead(app, NOTHING_TO_SHOW))
        refuse(limits.page(html))
        conventions = sound(found)
        around = page.read(environment.in_page(html, conventions.env), app.files, root)
        if around.entry is None:
            raise Wrong(self._instead(app, NOTHING_LOADED))
        return around, around.entry, conventions

    def others(self, app: App, conventions: Conventions) -> dict[str, page.Page]:
        """Read the app's other pages, by their names within its root."""
        root = conventions.root
        found: dict[str, page.Page] = {}
        for name in pages.others(app.files, root):
            text = self.text(app, root + name) or ""
            if pages.is_whole(text) and not limits.page(text):
                read = page.read(environment.in_page(text, conventions.env), app.files, root, name)
                found |= {name: read} if read.entry else {}
        return found

    def text(self, app: App, path: str) -> str | None:
        """Return what one of the few files says that every turn looks at."""
        sha256 = app.files.get(path)
        if sha256 is None:
            return None
        known = self._texts.get(sha256)
        if known is not None:
            return known
        return self._texts.put(sha256, app.shelf.texts([sha256])[sha256].decode(errors="replace"))

    def _instead(self, app: App, otherwise: Problem) -> Problem:
        """Say rather what the app is made with, if that is why there is no page."""
        manifest = self.text(app, "package.json")
        if words := frameworks.other(manifest):
            return Problem("package.json", words)
        if otherwise is NOTHING_TO_SHOW and (words := pages.elsewhere(app.files)):
            return Problem("index.html", words)
        words = frameworks.server(manifest)
        return Problem("package.json", words) if words else otherwise
