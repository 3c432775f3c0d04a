"""The files that import.meta.glob, or an import with gaps, asks for. Pure."""

import posixpath
import re
from collections.abc import Iterable, Mapping

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{")


def expand(importer: str, patterns: Iterable[str], files: Iterable[str], paths: Mapping[str, str]) -> dict[str, str]:
    """Return each file that fits, under the name by which the importer's code will know it."""
    wanted: list[tuple[str, re.Pattern[str]]] = []
    unwanted: list[re.Pattern[str]] = []
    for pattern in patterns:
        if pattern.startswith("!"):
            unwanted.append(_compiled(_absolute(importer, pattern[1:], paths)))
        else:
            wanted.append((pattern, _compiled(_absolute(importer, pattern, paths))))
    found: dict[str, str] = {}
    for path in sorted(files):
        if path == importer or any(no.fullmatch(path) for no in unwanted):
            continue
        for pattern, fits in wanted:
            if fits.fullmatch(path):
                found[_named(importer, pattern, path)] = path
                break
    return found


def _absolute(importer: str, pattern: str, paths: Mapping[str, str]) -> str:
    if pattern.startswith("/"):
        return pattern[1:]
    for alias, target in paths.items():
        prefix = alias.partition("*")[0]
        if prefix and pattern.startswith(prefix):
            return target.partition("*")[0] + pattern[len(prefix) :]
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), pattern))


def _named(importer: str, pattern: str, path: str) -> str:
    """Return a relative name for a relative pattern, a name from the root for any other, as Vite does."""
    if not pattern.startswith("."):
        return f"/{path}"
    relative = posixpath.relpath(path, posixpath.dirname(importer) or ".")
    return relative if relative.startswith(".") else f"./{relative}"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_translated(part) for part in _PARTS.findall(pattern)))


def _translated(part: str) -> str:
    match part:
        case "**/":
            return r"(?:[^/.][^/]*/)*"
        case "**":
            return r".*"
        case "*":
            return r"[^/]*"
        case "?":
            return r"[^/]"
    if part.startswith("{") and part.endswith("}"):
        return f"(?:{'|'.join(_compiled(option).pattern for option in part[1:-1].split(','))})"
    return re.escape(part)
