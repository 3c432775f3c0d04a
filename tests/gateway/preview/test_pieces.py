"""Browsers ask again, seek and resume; what they get fits what they have."""

import pytest
from starlette.datastructures import Headers

from gateway.preview.assets import Wanted, content_type
from gateway.preview.pieces import answer, piece

CONTENT, ETAG = b"0123456789", '"abc"'
PIECES: dict[str, tuple[int, int] | None] = {
    "": None,
    "bytes=0-": (0, 10),
    "bytes=2-4": (2, 5),
    "bytes=5-99": (5, 10),
    "bytes=-3": (7, 10),
    "bytes=-99": (0, 10),
    "bytes=-0": (10, 10),
    "bytes=10-": (10, 10),
    "bytes=99-100": (99, 10),
    "bytes=4-2": None,
    "bytes=-": None,
    f"bytes={'9' * 18}-": (10**18 - 1, 10),
    f"bytes={'9' * 5_000}-": None,
    f"bytes=-{'9' * 5_000}": None,
    f"bytes=0-{'9' * 5_000}": None,
    "bytes=0-1,3-4": None,
    "bytes=--3": None,
    "lines=0-1": None,
    "bytes=\u0661-": None,
}


@pytest.mark.parametrize("said", PIECES, ids=lambda said: said[:30])
def test_a_piece_is_what_it_says(said: str) -> None:
    assert piece(said, len(CONTENT)) == PIECES[said]


def ask(**headers: str) -> tuple[int, bytes, str | None]:
    """Ask for the content with headers, and return status, body and place."""
    asked = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    found = answer(CONTENT, asked, ETAG, {"cache-control": "private, no-cache", "content-type": "video/mp4"})
    assert found.headers["etag"] == ETAG
    assert found.headers["cache-control"] == "private, no-cache"
    return found.status_code, bytes(found.body), found.headers.get("content-range")


def test_who_has_it_gets_nothing() -> None:
    for known in (ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"):
        assert ask(if_none_match=known) == (304, b"", None)
        assert ask(if_none_match=known, range="bytes=0-1") == (304, b"", None)
    assert ask(if_none_match='"x"') == (200, CONTENT, None)


def test_who_seeks_gets_a_piece_of_what_was_there_before_or_all_that_is_new() -> None:
    assert ask(range="bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert ask(range="bytes=2-4", if_range=ETAG) == (206, b"234", "bytes 2-4/10")
    assert ask(range="bytes=2-4", if_range='"x"') == (200, CONTENT, None)
    assert ask(range="bytes=10-") == (416, b"", "bytes */10")


TYPES = {
    "a.SVG": "image/svg+xml",
    "a.png": "image/png",
    "a.jpeg": "image/jpeg",
    "a.webp": "image/webp",
    "a.avif": "image/avif",
    "a.gif": "image/gif",
    "favicon.ico": "image/vnd.microsoft.icon",
    "a.mp4": "video/mp4",
    "a.webm": "video/webm",
    "a.mp3": "audio/mpeg",
    "a.wav": "audio/wav",
    "a.ogg": "audio/ogg",
    "a.woff2": "font/woff2",
    "a.css": "text/css; charset=utf-8",
    "a.js": "text/javascript; charset=utf-8",
    "a.json": "application/json; charset=utf-8",
    "a.webmanifest": "application/manifest+json",
    "a.wasm": "application/wasm",
    "a.pdf": "application/pdf",
    "robots.txt": "text/plain; charset=utf-8",
    "a.html": "text/html; charset=utf-8",
    "LICENSE": "application/octet-stream",
}


@pytest.mark.parametrize("path", TYPES)
def test_a_file_has_the_type_that_browsers_know(path: str) -> None:
    assert content_type(path) == TYPES[path]


@pytest.mark.parametrize(
    ("path", "shown"), [("src/add.wasm", True), ("src/duck.glb", True), ("src/App.tsx", False), (".env.json", False)]
)
def test_a_page_may_load_what_is_no_source_from_beside_its_modules(path: str, shown: bool) -> None:
    wanted = Wanted((f"public/{path}", path), "")
    assert wanted.may_show(path, bytes(32)) is shown
