"""The .env files of an app, as Vite reads them: which win, what they expand to, what a page may see. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

#: A preview is written in, a build is made for others.
Mode = Literal["development", "production"]

_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:[ \t])[ \t]*"
    r"('(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|`(?:\\`|[^`])*`|[^#\r\n]+)?[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_REFERENCE = re.compile(r"\\\$|\$\{([^{}:]+?)(?::?-([^{}]*))?\}|\$(\w+)")
_IN_PAGE = re.compile(r"%(\S+?)%")
#: More of a file, or of a value, is nobody's configuration.
_LONGEST = 50_000


def files(mode: Mode = "development") -> tuple[str, ...]:
    """Return the names of the files in question; the later wins."""
    return (".env", ".env.local", f".env.{mode}", f".env.{mode}.local")


def built_in(mode: Mode) -> dict[str, Any]:
    """Return what is always there."""
    return {"MODE": mode, "DEV": mode == "development", "PROD": mode == "production", "SSR": False, "BASE_URL": "/"}


def read(texts: Sequence[str]) -> dict[str, str]:
    """Return every variable of the files, the later files winning."""
    found: dict[str, str] = {}
    for text in texts:
        found |= {
            name: _unquoted(value.strip()) for name, value in _LINE.findall(text[:_LONGEST].replace("\r\n", "\n"))
        }
    expanded: dict[str, str] = {}
    for name in found:
        _expand(name, found, expanded)
    return {name: expanded[name] for name in found}


def shown(variables: Mapping[str, str], prefixes: Sequence[str], mode: Mode = "development") -> dict[str, Any]:
    """Return what `import.meta.env` has: what a page may see, and what is always there."""
    return {**{name: value for name, value in variables.items() if name.startswith(tuple(prefixes))}, **built_in(mode)}


def in_page(html: str, env: Mapping[str, Any]) -> str:
    """Put values in where a page says %NAME%."""

    def value(match: re.Match[str]) -> str:
        found = env.get(match[1])
        return match[0] if found is None else found if isinstance(found, str) else str(found).lower()

    return _IN_PAGE.sub(value, html)


def _unquoted(value: str) -> str:
    if not value or value[0] not in "'\"`" or value == value[0] or value[0] != value[-1]:
        return value
    inner = value[1:-1]
    return inner.replace("\\n", "\n").replace("\\r", "\r") if value[0] == '"' else inner


def _expand(name: str, variables: Mapping[str, str], expanded: dict[str, str]) -> str:
    if name not in expanded:
        expanded[name] = ""  # what it is to whoever it refers to in a circle

        def meaning(match: re.Match[str]) -> str:
            if match[0] == "\\$":
                return "$"
            return _expand(match[1] or match[3], variables, expanded) or match[2] or ""

        expanded[name] = _REFERENCE.sub(meaning, variables.get(name, ""))[:_LONGEST]
    return expanded[name]
