"""fetch_url: what a page of the web says, as text."""

import re
from html.parser import HTMLParser
from typing import Annotated

from pydantic import Field, StringConstraints

from actors.tools.hands import Hands
from actors.tools.tool import Course, Done, Later, Refused, Stage, Tool
from contracts.event import Model
from edge.egress import Forbidden, Page, Unreachable

_MOST_BYTES = 2_000_000
_SECONDS = 20
_TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml|javascript)|image/svg\+xml", re.IGNORECASE)
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg"})
#: What begins a line of its own.
_BLOCKS = re.compile(r"(?:address|article|br|d[dlt]|div|footer|h[1-6r]|header|li|main|nav|p|section|t[dr])")
_STAGES = {"resolving": 10, "fetching": 30, "reading": 80}


class Arguments(Model):
    """Where, and how much of it."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    max_characters: int = Field(20_000, gt=0, le=100_000)


class FetchUrl(Tool[Arguments]):
    """Fetch a public page or document from the web and return its text."""

    name = "fetch_url"
    aliases = ("fetch-url", "fetch_website", "web_fetch")
    arguments = Arguments
    stages = _STAGES
    seconds = 3 * _SECONDS

    def run(self, arguments: Arguments, hands: Hands) -> Course:
        """Fetch it."""
        yield Stage("resolving", arguments.url[:200])
        yield Stage("fetching", f"Fetching {arguments.url[:200]}")
        try:
            page = hands.outside.egress.get(arguments.url, seconds=_SECONDS, most=_MOST_BYTES)
        except Forbidden as error:
            raise Refused(f"url: {error}") from error
        except Unreachable as error:
            raise Later(f"url: {error}") from error
        yield Stage("reading", f"{len(page.body)} bytes")
        title, text = _read(page)
        return Done(
            {
                "url": page.url,
                "status": page.status,
                "content_type": page.content_type,
                "title": title,
                "text": text[: arguments.max_characters],
                "truncated": page.truncated or len(text) > arguments.max_characters,
            }
        )


def _read(page: Page) -> tuple[str | None, str]:
    """Return a page's title, if it has one, and its text."""
    if not _TEXT.match(page.content_type or "text/plain"):
        raise Refused(f"url: is no text, but {page.content_type}")
    charset = _CHARSET.search(page.content_type)
    try:
        text = page.body.decode(charset[1] if charset else "utf-8", errors="replace")
    except (LookupError, ValueError):
        text = page.body.decode(errors="replace")
    if "html" not in page.content_type.lower():
        return None, text
    seen = _Seen()
    seen.feed(text)
    seen.close()
    return seen.title.strip() or None, re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", "".join(seen.parts))).strip()


class _Seen(HTMLParser):
    """Takes in what somebody would see of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.title, self._unseen, self._in_title = "", 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - names are enough
        """Note where something begins."""
        self._unseen += tag in _UNSEEN
        self._in_title = tag == "title"
        if _BLOCKS.fullmatch(tag):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._in_title = False

    def handle_data(self, data: str) -> None:
        """Take what is seen."""
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self.parts.append(data)
