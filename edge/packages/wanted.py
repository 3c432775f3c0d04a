"""What an app asks for: which packages in which versions, and which parts of them it imports."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.graph import Problem
from edge.packages.locks import Locked
from edge.resolve import Package

_FILE = "package.json"
_SECTIONS = ("devDependencies", "optionalDependencies", "peerDependencies", "dependencies")
#: What the registry does not have: addresses, folders, repositories, and other managers' own words.
_FOREIGN = re.compile(r"(?!npm:)[a-z][a-z+]*:|(?:\.{0,2}|~)/|\.{1,2}\Z|git@|[^@/\s]+/", re.IGNORECASE)
_ALIAS = re.compile(r"npm:(?:@[^/@\s]+/)?[^/@\s]+(?:@[^/:]*)?")
_NAME = re.compile(r"(?:@[a-z0-9~_-][\w.~-]*/)?[a-z0-9~_-][\w.~-]*", re.IGNORECASE)
_TAG = re.compile(r"(?:npm:.+@)?(?![vV]?\d|[xX]\Z)[a-zA-Z][\w.-]*")
_REACT = ("react", "react-dom")
#: Raised when the same question would be answered differently.
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class NotNamed(Problem):
    """A package that is imported, and that nothing brings."""

    package: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to be installed, and what of it is bundled."""

    specs: tuple[str, ...]
    roots: dict[str, str]
    #: What package.json names besides: so, if it comes along at all.
    others: dict[str, str]
    overrides: dict[str, Any] = field(default_factory=dict)
    locked: Locked = field(default_factory=Locked)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """Return the imported packages that package.json does not name; another may bring them."""
        return tuple(sorted({Package(spec).name for spec in self.specs} - self.roots.keys()))

    def question(self) -> dict[str, Any]:
        """Return what npm is asked."""
        return {
            "roots": self.roots,
            "others": self.others,
            "overrides": self.overrides,
            "pinned": {name: self.locked.top[name] for name in self.roots if name in self.locked.top},
            "locked": self.locked.versions,
        }

    @property
    def has_tags(self) -> bool:
        """Whether a version is asked for by a name that the registry may give to another."""
        return any(_TAG.fullmatch(asked) and name not in self.locked.top for name, asked in self.roots.items())

    def key(self, registry: str, day: int) -> bytes:
        """Return the name of the question: the same has been answered before, on the same day if it names tags."""
        dated = [day] if self.has_tags else []
        asked = json.dumps([_FORMAT, registry, self.question(), *dated], sort_keys=True)
        return hashlib.sha256(asked.encode()).digest()


def wanted(package_json: str | None, specs: Collection[str], locked: Locked) -> Wanted | Problem:
    """Say what has to be installed for what an app imports, or what is wrong in its package.json."""
    try:
        manifest = json.loads(package_json or "{}")
    except (ValueError, RecursionError):
        return Problem(_FILE, "package.json is not JSON")
    manifest = manifest if isinstance(manifest, dict) else {}
    named = _named(manifest)
    imported = sorted({Package(spec).name for spec in specs})
    roots = {name: named[name] for name in imported if name in named}
    if "react-dom" in named and any(name in roots for name in _REACT):
        roots |= {name: named[name] for name in _REACT if name in named}
    if not roots and imported:
        return not_named(imported[0])
    for name, asked in roots.items():
        if not _NAME.fullmatch(name):
            return Problem(_FILE, f"{name} is not the name of a package")
        if is_foreign(asked):
            return Problem(_FILE, _refusal(name, asked))
    others = {name: asked for name, asked in named.items() if name not in roots and not is_foreign(asked)}
    overrides = manifest.get("overrides")
    return Wanted(tuple(sorted(set(specs))), roots, others, overrides if isinstance(overrides, dict) else {}, locked)


def named(package_json: str | None) -> frozenset[str]:
    """Return the packages that a package.json names."""
    try:
        manifest = json.loads(package_json or "{}")
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(_named(manifest)) if isinstance(manifest, dict) else frozenset()


def not_named(name: str) -> NotNamed:
    """Say that a package is imported that nothing brings, and what would bring it."""
    words = f"{name} is imported, but package.json does not name it as a dependency"
    return NotNamed(_FILE, f'{words}: add "{name}": "latest" to its dependencies', package=name)


def is_foreign(asked: str) -> bool:
    """Whether a version is none that a registry could have."""
    if asked.startswith("npm:"):
        return not _ALIAS.fullmatch(asked)
    return _FOREIGN.match(asked.strip()) is not None


def _refusal(name: str, asked: str) -> str:
    possible = f'a version, a range or a tag that the npm registry has, such as "{name}": "latest"'
    return f"{name} is asked for as {asked[:200]}, which cannot be installed here; possible is {possible}"


def _named(manifest: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in _SECTIONS:
        listed = manifest.get(section)
        if isinstance(listed, dict):
            found |= {str(name): version for name, version in listed.items() if isinstance(version, str)}
    return dict(sorted(found.items()))
