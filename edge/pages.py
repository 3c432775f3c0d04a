"""Which pages an app has: its index.html, or one that it can do without, and others beside it. Pure."""

import html
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from edge.page import INDEX

_MOST_PAGES = 20
_WHOLE_PAGE = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
#: Where an app without an index.html begins, if one of these is there.
_ENTRIES = ("src/main.tsx", "src/main.jsx", "src/main.ts", "src/main.js", "src/index.tsx", "src/index.jsx")
#: Folders whose pages were made of others, or belong to somebody else.
_MADE = {"public", "static", "dist", "build", "node_modules", "coverage"}
_BARE = (
    '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>\n'
    '<body><div id="root"></div><script type="module" src="/{entry}"></script></body>\n</html>\n'
)


def bare(title: str, files: Mapping[str, Any], root: str = "") -> str | None:
    """Return a page for an app that has an entry but no index.html."""
    entry = next((path for path in _ENTRIES if root + path in files), None)
    return _BARE.format(title=html.escape(title), entry=entry) if entry else None


def others(files: Iterable[str], root: str = "") -> list[str]:
    """Return what may be the other pages of an app, by their names within its root."""
    inside = (path.removeprefix(root) for path in files if path.startswith(root) and path.endswith(".html"))
    others = (one for one in inside if one != INDEX and not _MADE.intersection(one.split("/")))
    return sorted(others, key=lambda one: (one.count("/"), one))[:_MOST_PAGES]


def is_whole(text: str) -> bool:
    """Tell a page from a piece of one, such as a template."""
    return _WHOLE_PAGE.search(text) is not None


def elsewhere(files: Iterable[str]) -> str | None:
    """Say where else there is an index.html, for an app that has none where it would begin."""
    folders = (posixpath.dirname(path) for path in sorted(files) if posixpath.basename(path) == "index.html")
    folder = next((one for one in folders if not _MADE.intersection(one.split("/"))), None)
    return folder and (
        f"There is no index.html to begin with, but one in {folder}/. Publish that folder as the app, or name it as"
        f" `root` in a vite.config beside package.json"
    )
