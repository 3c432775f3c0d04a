"""What an index.html loads, and where that stands in its text. Pure."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

Kind = Literal["module", "inline", "classic", "sheet"]
Attributes = dict[str, str | None]

_ELSEWHERE = ("http:", "https:", "//", "data:", "blob:")
_END = re.compile(r"</script\b[^>]*>", re.IGNORECASE)
#: The page is read again for each; more than these stay in it as they are.
_MOST_INLINE = 20
_SEEN = frozenset({"img", "svg", "canvas", "video", "audio", "iframe", "input", "button", "form"})
_UNSEEN = frozenset({"title", "script", "style", "template", "noscript"})


@dataclass(frozen=True, slots=True)
class Element:
    """A script or a stylesheet of the app's own: from `start` to `end`, with its address or its text."""

    kind: Kind
    start: int
    end: int
    address: str = ""
    text: str = ""


class Elements(HTMLParser):
    """Notes just where <head> begins, what is loaded, and whether there is anything to be seen without it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._text = text
        self._lines = [0]
        for line in text.split("\n"):  # as the parser counts lines
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.head = 0
        self.found: list[Element] = []
        self.shows = False
        self._head_found = False
        self._inline = 0
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        start = self._offset()
        end = start + len(self.get_starttag_text() or "")
        if tag == "head" or (tag == "html" and not self._head_found):
            self.head, self._head_found = end, tag == "head" or self._head_found
        self.shows = self.shows or tag in _SEEN
        if "template" not in self._within:
            attributes = dict(attrs)
            if tag == "script":
                self._look_at_script(start, end, attributes)
            elif tag == "link" and _is_sheet(attributes):
                self.found.append(Element("sheet", start, end, attributes["href"] or ""))
        if tag in _UNSEEN:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave what hides its text."""
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """Note text that is seen, and scripts that may show something."""
        hidden = self._within and self._within[-1] != "script"
        self.shows = self.shows or (not hidden and bool(data.strip()))

    def _look_at_script(self, start: int, end: int, attributes: Attributes) -> None:
        source, kind = attributes.get("src") or "", (attributes.get("type") or "").strip().lower()
        closing = _END.search(self._text, end)
        text, close = (
            (self._text[end : closing.start()], closing.end()) if closing else (self._text[end:], len(self._text))
        )
        if kind == "module" and not source and text.strip() and self._inline < _MOST_INLINE:
            self._inline += 1
            self.found.append(Element("inline", start, close, text=text))
        elif kind == "module" and _ours(source):
            self.found.append(Element("module", start, close, source))
        elif kind in {"", "text/javascript"} and _ours(source):
            self.found.append(Element("classic", start, end, source))
            self.shows = True

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _is_sheet(attributes: Attributes) -> bool:
    """Tell what a page's own stylesheet is, and holds for all of the page, always."""
    related = (attributes.get("rel") or "").lower().split()
    always = not attributes.keys() & {"media", "disabled"}
    return "stylesheet" in related and always and _ours(attributes.get("href") or "")


def _ours(address: str) -> bool:
    return bool(address) and not address.startswith(_ELSEWHERE)
