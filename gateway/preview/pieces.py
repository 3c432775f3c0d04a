"""What of a file a browser asks for: nothing because it has it, a piece because it seeks, or all of it. Pure."""

import re
from collections.abc import Mapping

from starlette.responses import Response

_PIECE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def answer(content: bytes, asked: Mapping[str, str], etag: str, headers: Mapping[str, str]) -> Response:
    """Return a file, or what a conditional request, or one for a piece, gets of it."""
    always = {"etag": etag, "cache-control": headers["cache-control"], "accept-ranges": "bytes"}
    if is_known(asked.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=always)
    found = piece(asked.get("range", ""), len(content)) if asked.get("if-range", etag) == etag else None
    if found is None:
        return Response(content, headers={**headers, **always})
    first, end = found
    if first >= end:
        return Response(status_code=416, headers={**always, "content-range": f"bytes */{len(content)}"})
    place = {"content-range": f"bytes {first}-{end - 1}/{len(content)}"}
    return Response(content[first:end], 206, {**headers, **always, **place})


def is_known(said: str, etag: str) -> bool:
    """Tell whether a browser has this very content; a proxy may have weakened the tag."""
    tags = {tag.strip().removeprefix("W/") for tag in said.split(",")}
    return etag in tags or "*" in tags


def piece(said: str, size: int) -> tuple[int, int] | None:
    """Return from where to where, empty where nothing is; nothing for all of it, which also answers several pieces."""
    match = _PIECE.fullmatch(said)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return None if last and int(last) < int(first) else (int(first), end)
