"""A page of an app, its index.html mostly: where it begins, and what its preview puts in between. Pure."""

import html
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from edge.elements import Element, Elements

#: The page that an app begins with.
INDEX = "index.html"
#: The module of a page that does not load one module, but styles, several, or some that stand in it.
WHOLE, INLINE = "?entry.js", "?inline="
_PART = re.compile(r".*\.html\?(?:entry\.js|inline=\d+\.js)", re.DOTALL)
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page in three parts: up to where the preview puts its head, up to its entry, and the rest."""

    before: str
    between: str
    after: str
    entry: str | None

    def render(self, head: str, entry: str) -> str:
        """Return the page with what belongs in its gaps."""
        return self.before + head + self.between + entry + self.after


#: Of an app that has none.
NONE = Page("", "", "", None)


def is_part(module_id: str) -> bool:
    """Whether a module is a page's own: it stands in it, or loads all that does."""
    return _PART.fullmatch(module_id) is not None


def shown(module_id: str) -> str:
    """Return the file that a module is known as to whoever wrote it: a page's own stand in the page."""
    return module_id.partition("?")[0] if is_part(module_id) else module_id


def read(text: str, files: Mapping[str, bytes] = MappingProxyType({}), root: str = "", name: str = INDEX) -> Page:
    """Find where the head begins and what the page loads: one module, or all that stands in it together.

    `name` is the page's own, within the root.
    """
    at = f"{root}{name}"
    scan = Elements(text)
    loaded = [one for one in scan.found if one.kind != "classic"]
    edits = [edit for one in scan.found if one.kind == "classic" and (edit := _addressed(one, text, files, root, at))]
    if not loaded:
        begin = scan.head
        return Page(text[:begin], _edited(text, begin, len(text), edits), "", at + WHOLE if scan.shows else None)
    first = next((one for one in loaded if one.kind != "sheet"), loaded[0])
    alone = len(loaded) == 1 and first.kind == "module"
    edits += [(one.start, one.end, "") for one in loaded]
    begin = min(scan.head, first.start)
    return Page(
        _edited(text, 0, begin, edits),
        _edited(text, begin, first.start, edits),
        _edited(text, first.end, len(text), edits),
        _file(first.address, root, at) if alone else at + WHOLE,
    )


def source(text: str, module_id: str) -> str:
    """Return the code behind one of a page's own ids, line by line where it stands in the page."""
    found = Elements(text).found
    inline = [one for one in found if one.kind == "inline"]
    if module_id.endswith(WHOLE):
        page = posixpath.basename(module_id.removesuffix(WHOLE))
        sheets = [_specifier(one.address) for one in found if one.kind == "sheet"]
        names = {one.start: f"./{page}{INLINE}{number}.js" for number, one in enumerate(inline)}
        modules = [names.get(one.start, _specifier(one.address)) for one in found if one.kind in {"module", "inline"}]
        return "".join(f"import {json.dumps(spec)};\n" for spec in dict.fromkeys([*sheets, *modules]))
    one = inline[int(module_id.partition(INLINE)[2].removesuffix(".js"))]
    return "\n" * text.count("\n", 0, text.index(one.text, one.start)) + one.text


def _addressed(one: Element, text: str, files: Mapping[str, bytes], root: str, at: str) -> Edit | None:
    """Name the content of a classic script in its address, under which alone a page is given it."""
    path, tag = _file(one.address, root, at), text[one.start : one.end]
    if path not in files or one.address not in tag:
        return None
    named = f"/{path}?v={files[path].hex()[:8]}"
    return one.start, one.end, tag.replace(one.address, named, 1)


def _edited(text: str, begin: int, end: int, edits: Iterable[Edit]) -> str:
    pieces = []
    for start, stop, new in sorted(edits):
        if begin <= start and stop <= end:
            pieces += [text[begin:start], new]
            begin = stop
    return "".join([*pieces, text[begin:end]])


def _file(address: str, root: str, at: str) -> str:
    """Return the file that an address means in a page."""
    path = unquote(address.partition("?")[0])
    folder = root if path.startswith("/") else posixpath.dirname(at)
    return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))


def _specifier(address: str) -> str:
    """Return an address of a page as its module imports it: with a beginning, for it is no package's."""
    path = unquote(address.partition("?")[0])
    return ("/" if path.startswith("/") else "./") + posixpath.normpath(path.lstrip("/"))


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
