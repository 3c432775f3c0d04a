"""What a preview follows of Vite's configuration: aliases, defined names, what of the environment is shown. Pure."""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: Marks an alias that means a package and no file.
PACKAGE = "npm:"
_OF_ENVIRONMENT = "import.meta.env."
#: Regular expressions that are nothing but the beginning of a name.
_BEGINNING = re.compile(r"\^?((?:\\[/.@~#$-]|[\w@~#/-])+?)(\(\.\*\)\$?|/?\$?)")


@dataclass(slots=True)
class Vite:
    """A configuration, as far as it matters; `unknown` are aliases that nobody here understands."""

    paths: dict[str, str] = field(default_factory=dict)
    define: dict[str, str] = field(default_factory=dict)
    env: dict[str, Any] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ("VITE_",)
    styles: dict[str, Any] = field(default_factory=dict)
    #: Folders, nothing or with a slash behind: where index.html is, and where .env files are.
    root: str = ""
    env_folder: str = ""
    unknown: list[str] = field(default_factory=list)


def read(config: object) -> Vite:
    """Read a configuration that came as data."""
    vite = Vite()
    if not isinstance(config, dict):
        return vite
    for find, replacement in _aliases(_dict(config.get("resolve")).get("alias")):
        _take_alias(find, replacement, vite)
    for name, value in _dict(config.get("define")).items():
        if name.startswith(_OF_ENVIRONMENT):
            vite.env[name.removeprefix(_OF_ENVIRONMENT)] = _parsed(value)
        else:
            vite.define[name] = value if isinstance(value, str) else json.dumps(value)
    prefixes = config.get("envPrefix")
    listed = [prefixes] if isinstance(prefixes, str) else prefixes if isinstance(prefixes, list) else []
    vite.prefixes = tuple(one for one in listed if isinstance(one, str) and one) or vite.prefixes
    vite.styles = _dict(_dict(config.get("css")).get("preprocessorOptions"))
    vite.root = _folder("", config.get("root"))
    vite.env_folder = _folder(vite.root, config.get("envDir"))
    return vite


def _aliases(alias: object) -> Iterator[tuple[object, object]]:
    if isinstance(alias, dict):
        yield from alias.items()
    for one in alias if isinstance(alias, list) else ():
        if isinstance(one, dict):
            yield one.get("find"), one.get("replacement")


def _take_alias(find: object, replacement: object, vite: Vite) -> None:
    """Keep an alias as patterns with a star, as tsconfig has them."""
    if not isinstance(replacement, str):
        vite.unknown.append(str(find))
        return
    if isinstance(find, dict):  # a regular expression
        source = str(_dict(find).get("$regexp", [""])[0])
        simple = _BEGINNING.fullmatch(source)
        if simple is None or re.search(r"\$[2-9]|\$&", replacement):
            vite.unknown.append(f"/{source}/")
            return
        beginning = re.sub(r"\\(.)", r"\1", simple[1]) + simple[2].strip("$(.*)")
        vite.paths[f"{beginning}*"] = f"{_target(replacement.replace('$1', ''))}*"
        return
    name, target = str(find), _target(replacement)
    vite.paths[name] = target
    slash = "" if name.endswith("/") else "/"
    vite.paths[f"{name}{slash}*"] = f"{target.removesuffix('/')}/*" if target else "*"


def _target(replacement: str) -> str:
    """Return a path of the app for an absolute one, for its folder is the root of all; else a package."""
    if replacement.startswith(("/", ".")):
        path = posixpath.normpath(f"/{replacement.lstrip('./')}").lstrip("/")
        return f"{path}/" if replacement.endswith("/") and path else path
    return PACKAGE + replacement


def _folder(within: str, named: object) -> str:
    """Return a folder of the app, whose own folder is the root of all paths."""
    path = posixpath.normpath(posixpath.join("/", within, named if isinstance(named, str) else "")).lstrip("/")
    return path and f"{path}/"


def _parsed(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
