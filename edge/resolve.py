"""From a specifier in an app's source to the file, the package or the URL it means. As Vite would; pure."""

import posixpath
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from edge import jsonc, page, virtual
from edge.vite import PACKAGE

_EXTENSIONS = (".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json")
#: TypeScript lets a file be imported under the name it would be compiled to.
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",)}
_SCRIPTS = (".js", ".mjs")
_TSCONFIGS = ("tsconfig.app.json", "tsconfig.json", "jsconfig.json")
#: What the gateway answers on an app's own host; `/api/client.js` is a module of its.
_API = "/api/"
#: What a path from the root means, where the root is another folder than the app's own.
ROOTED = "/*"


@dataclass(frozen=True, slots=True)
class Local:
    """A file of the app; its id is the path, with the query that says how it is wanted."""

    module_id: str


@dataclass(frozen=True, slots=True)
class Package:
    """Something that an npm package brings."""

    spec: str

    @property
    def name(self) -> str:
        """Return the package's name, without what is wanted of it."""
        parts = self.spec.split("/")
        return "/".join(parts[:2]) if self.spec.startswith("@") else parts[0]


@dataclass(frozen=True, slots=True)
class Url:
    """Something the browser fetches by itself."""

    url: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is there, and how it might be mended."""

    reason: str


Target = Local | Package | Url | Missing


def aliases(files: Mapping[str, str], root: str = "") -> dict[str, str]:
    """Return the app's path aliases: the conventional ones, and what its tsconfig says."""
    usual = {"@/*": f"{root}src/*", **({ROOTED: f"{root}*"} if root else {})}
    for name in _TSCONFIGS:
        options = _compiler_options(files.get(name, ""))
        paths = options.get("paths")
        if isinstance(paths, dict):
            base = options.get("baseUrl") if isinstance(options.get("baseUrl"), str) else "."
            return {**usual, **_first_targets(paths, str(base))}
    return usual


def root_of(paths: Mapping[str, str]) -> str:
    """Return the folder that a path from the root begins in."""
    return paths.get(ROOTED, "").removesuffix("*")


def _compiler_options(text: str) -> dict[str, Any]:
    try:
        config = jsonc.loads(text) if text else {}
    except ValueError:
        return {}
    options = config.get("compilerOptions") if isinstance(config, dict) else None
    return options if isinstance(options, dict) else {}


def _first_targets(paths: Mapping[Any, Any], base: str) -> dict[str, str]:
    found = {}
    for pattern, targets in paths.items():
        if isinstance(targets, list) and targets and isinstance(targets[0], str):
            found[str(pattern)] = posixpath.normpath(posixpath.join(base, targets[0]))
    return found


def resolve(importer: str, specifier: str, files: Container[str], paths: Mapping[str, str]) -> Target:
    """Return what a specifier means in a module of the app."""
    if specifier.startswith(("http://", "https://", "data:", "blob:", "//")):
        return Url(specifier)
    if specifier.startswith(virtual.PREFIX):
        made = virtual.address(specifier)
        return Url(made) if made else Missing(f"{specifier} is made by a plugin of Vite that previews do not run")
    spec, question, query = specifier.partition("?")
    suffix = question + query
    if spec.startswith("/"):
        return _from_root(specifier, spec, suffix, files, paths)
    if spec.startswith("."):
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(importer), spec))
    elif (aliased := _aliased(spec, paths)) is not None:
        if aliased.startswith(PACKAGE):
            return Package(aliased.removeprefix(PACKAGE) + suffix)
        wanted = aliased
    elif spec.startswith("node:"):
        return Missing(f"{spec} is part of Node and does not exist in a browser")
    else:
        return Package(specifier)
    if wanted == ".." or wanted.startswith("../"):
        return Missing(f"{specifier} lies outside of the app")
    if page.is_part(importer) and (shared := _shared(_rooted(wanted, paths), suffix, files, paths)):
        return shared
    return _local(specifier, wanted, suffix, _probe(wanted, files))


def _rooted(path: str, paths: Mapping[str, str]) -> str:
    """Return what a browser would ask for, to whom a file beside a page is one beside public/'s."""
    return f"/{path.removeprefix(root_of(paths))}"


def _from_root(specifier: str, spec: str, suffix: str, files: Container[str], paths: Mapping[str, str]) -> Target:
    """Return what a path from the root means: there is one that Vite is told of, and the app's own folder."""
    if shared := _shared(spec, suffix, files, paths):
        return shared
    wanted = posixpath.normpath(_aliased(spec, paths) or spec[1:])
    found = _probe(wanted, files) or _probe(posixpath.normpath(spec[1:]), files)
    if found is None and spec.startswith(_API):
        return Url(specifier)
    return _local(specifier, wanted, suffix, found)


def _local(specifier: str, wanted: str, suffix: str, found: str | None) -> Target:
    if found is None:
        return Missing(f"{specifier} does not exist (there is no {wanted}, with any known ending)")
    return Local(found + suffix)


def _shared(spec: str, suffix: str, files: Container[str], paths: Mapping[str, str]) -> Target | None:
    """Return what a path from the root means if it lies in public/: there it is before it is anywhere else."""
    for folder in dict.fromkeys((root_of(paths), "")):
        if (public := f"{folder}public{unquote(spec)}") in files:
            return _public(public, spec + suffix, suffix)
    return None


def _public(path: str, specifier: str, suffix: str) -> Target:
    """Return what a file of public/ means: to the browser a script of its own, to a module its address."""
    if path.endswith(_SCRIPTS) and not suffix:
        return Url(specifier)
    return Local(path + (suffix or "?url"))


def _aliased(spec: str, paths: Mapping[str, str]) -> str | None:
    """Return the path behind an alias; the longest pattern that fits wins."""
    for pattern in sorted(paths, key=len, reverse=True):
        prefix, star, suffix = pattern.partition("*")
        if not star and spec == pattern:
            return paths[pattern]
        if star and spec.startswith(prefix) and spec.endswith(suffix) and len(spec) >= len(prefix) + len(suffix):
            middle = spec[len(prefix) : len(spec) - len(suffix)]
            return posixpath.normpath(paths[pattern].replace("*", middle))
    return None


def _probe(wanted: str, files: Container[str]) -> str | None:
    if wanted in files:
        return wanted
    stem, ending = posixpath.splitext(wanted)
    compiled = [stem + source for source in _COMPILED.get(ending, ())]
    folder = "" if wanted == "." else f"{wanted}/"
    inside = [f"{folder}index{extension}" for extension in _EXTENSIONS]
    candidates = [*compiled, *(wanted + extension for extension in _EXTENSIONS), *inside]
    return next((path for path in candidates if path in files), None)
