"""An app's index.html: where it begins, and what its preview puts in between. Pure."""

import html
import json
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

#: Where an app without an index.html begins, if one of these is there.
_ENTRIES = ("src/main.tsx", "src/main.jsx", "src/main.ts", "src/main.js", "src/index.tsx", "src/index.jsx")
_BARE = (
    '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>\n'
    '<body><div id="root"></div><script type="module" src="/{entry}"></script></body>\n</html>\n'
)


@dataclass(frozen=True, slots=True)
class Page:
    """An index.html in three parts: up to where the preview puts its head, up to its entry, and the rest."""

    before: str
    between: str
    after: str
    entry: str | None

    def render(self, head: str, entry: str) -> str:
        """Return the page with what belongs in its gaps."""
        return self.before + head + self.between + entry + self.after


def read(text: str) -> Page:
    """Find where the head begins and which module the page loads."""
    scan = _Scan(text)
    if scan.script is None:
        return Page(text[: scan.head], text[scan.head :], "", None)
    start, end, source = scan.script
    begin = min(scan.head, start)
    return Page(text[:begin], text[begin:start], text[end:], posixpath.normpath(source.split("?")[0].lstrip("/")))


def bare(title: str, files: Mapping[str, Any]) -> str | None:
    """Return a page for an app that has an entry but no index.html."""
    entry = next((path for path in _ENTRIES if path in files), None)
    return _BARE.format(title=html.escape(title), entry=entry) if entry else None


def embedded(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    encoded = json.dumps(value, separators=(",", ":"))
    return encoded.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def link(url: str) -> str:
    """Return what loads a package's style sheet; before the app's own, which may say otherwise."""
    return f'<link rel="stylesheet" href="{html.escape(url, quote=True)}">'


def warnings(texts: Iterable[str]) -> str:
    """Return what tells a developer's console of something."""
    return "".join(f"<script>console.warn({embedded(text)})</script>" for text in texts)


def style(style_id: str, text: str) -> str:
    """Return a style element that the page's runtime will find again."""
    # In CSS a backslash before a slash means the slash, so that no text can end the element.
    safe = text.replace("</", "<\\/")
    return f'<style data-fleet-css="{html.escape(style_id, quote=True)}">{safe}</style>'


class _Scan(HTMLParser):
    """Notes offsets: just inside of <head>, and of the first module script with an address of the app's own."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._text = text
        self._lines = [0]
        for line in text.split("\n"):  # as the parser counts lines
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.head = 0
        self._head_found = False
        self.script: tuple[int, int, str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        start = self._offset()
        end = start + len(self.get_starttag_text() or "")
        if tag == "head" or (tag == "html" and not self._head_found):
            self.head, self._head_found = end, tag == "head" or self._head_found
        if tag == "script" and self.script is None:
            self._look_at_script(start, end, dict(attrs))

    def _look_at_script(self, start: int, end: int, attributes: dict[str, str | None]) -> None:
        source = attributes.get("src") or ""
        ours = source and not source.startswith(("http:", "https:", "//", "data:"))
        if attributes.get("type") == "module" and ours:
            closing = self._text.lower().find("</script>", end)
            self.script = (start, len(self._text) if closing < 0 else closing + len("</script>"), source)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
