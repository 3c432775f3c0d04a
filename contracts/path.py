"""The path of a file in an app: relative, plain, the same on every machine."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

MAX_BYTES = 512
MAX_PART_BYTES = 200

#: First parts that belong to version control, to package managers or to us.
RESERVED = frozenset({".git", ".fleet", "__fleet", "node_modules"})

#: Marks that reorder text on the screen, so that a name reads as another.
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: What decoders leave where bytes were no text: names that differ only there would be one file.
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def path_flaw(path: str) -> str | None:
    """Say why a path cannot be a file's, or nothing."""
    parts = path.split("/")
    if not path:
        return "is empty"
    if path.startswith("/") or "\\" in path or (len(path) > 1 and path[1] == ":"):
        return "must be relative, with / between its parts"
    if any(unicodedata.category(letter) in {"Cc", "Cs"} or letter in _BIDI for letter in path):
        return "contains a control character"
    if _UNREADABLE in path:
        return "contains bytes that are not UTF-8"
    if any(part in {"", ".", ".."} for part in parts):
        return "must not contain empty parts, . or .."
    if any(part != part.strip() for part in parts):
        return "has a part that begins or ends with a space"
    if parts[0].lower() in RESERVED:
        return f"must not begin with {parts[0]}/, which is reserved"
    if len(path.encode()) > MAX_BYTES or any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"is longer than {MAX_BYTES} bytes, or a part of it than {MAX_PART_BYTES}"
    return None


def checked(path: str) -> str:
    """Return the path in NFC, so that two spellings are one file, or raise what is wrong with it."""
    path = unicodedata.normalize("NFC", path)
    if flaw := path_flaw(path):
        raise ValueError(flaw)
    return path


FilePath = Annotated[str, AfterValidator(checked)]


def ancestors(path: str) -> list[str]:
    """Return the folders that a file stands in."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
