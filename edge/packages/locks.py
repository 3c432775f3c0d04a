"""The versions that an app's lock file has: nothing else of it is believed, neither addresses nor checksums.

`bun.lockb` is not read: it is binary, undocumented and made anew by Bun itself; its apps get what package.json allows.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge import jsonc

_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.+-]*\Z")
_NAMED = re.compile(r"(?P<name>(?:@[\w.~-]+/)?[\w.~-]+)[@/](?P<version>\d+\.\d+\.\d+[\w.+-]*)")
_PNPM = re.compile(r"^ {2}['\"]?/?(?P<key>[^\s'\"(:]+)", re.MULTILINE)
_YARN = re.compile(r'^"?(?P<name>(?:@[\w.~-]+/)?[\w.~-]+)@[^\n]*:\n {2}version:? "?(?P<version>[^"\n]+)', re.MULTILINE)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Locked:
    """Every version of each package, and which of them lies at the top, where that is told."""

    versions: dict[str, list[str]] = field(default_factory=dict)
    top: dict[str, str] = field(default_factory=dict)


def read(name: str, text: str) -> Locked:
    """Return what a lock file has; one that cannot be understood has nothing."""
    try:
        found = [(one, version, top) for one, version, top in READERS[name](text) if _VERSION.match(version)]
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return Locked()
    versions: dict[str, set[str]] = {}
    for one, version, _top in found:
        versions.setdefault(one, set()).add(version)
    return Locked(
        {one: sorted(versions[one]) for one in sorted(versions)},
        {one: version for one, version, top in sorted(found) if top},
    )


def _npm(text: str) -> Iterator[tuple[str, str, bool]]:
    lock = json.loads(text)
    if "packages" not in lock:
        yield from _npm_6(lock.get("dependencies", {}), top=True)
    for place, one in lock.get("packages", {}).items():
        inside = place.split("node_modules/")
        if inside[0] == "" and len(inside) > 1 and "version" in one:
            yield str(one.get("name", inside[-1])), str(one["version"]), len(inside) == 2  # noqa: PLR2004 - one folder


def _npm_6(dependencies: Mapping[str, Any], *, top: bool) -> Iterator[tuple[str, str, bool]]:
    for name, one in dependencies.items():
        yield name, str(one.get("version")), top
        yield from _npm_6(one.get("dependencies", {}), top=False)


def _bun(text: str) -> Iterator[tuple[str, str, bool]]:
    for place, one in jsonc.loads(text)["packages"].items():
        if found := _NAMED.fullmatch(one[0]):
            yield found["name"], found["version"], place == found["name"]


def _pnpm(text: str) -> Iterator[tuple[str, str, bool]]:
    for key in _PNPM.finditer(text):
        if found := _NAMED.fullmatch(key["key"].partition("_")[0]):
            yield found["name"], found["version"], False


def _yarn(text: str) -> Iterator[tuple[str, str, bool]]:
    for found in _YARN.finditer(text):
        yield found["name"], found["version"], False


#: The first that an app has is the one that counts.
READERS: Mapping[str, Callable[[str], Iterator[tuple[str, str, bool]]]] = {
    "package-lock.json": _npm,
    "npm-shrinkwrap.json": _npm,
    "bun.lock": _bun,
    "pnpm-lock.yaml": _pnpm,
    "yarn.lock": _yarn,
}
