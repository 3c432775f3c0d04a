"""What an app says of itself beside its code: aliases, names, environment, and how it has set its styles up."""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge import environment, jsonc, vite
from edge.configs import Configs, Shelf, TextOf
from edge.graph import Problem
from edge.resolve import aliases

_TSCONFIGS = ("tsconfig.app.json", "tsconfig.json", "jsconfig.json")
#: In the order in which Vite and Tailwind take them, where there are several.
_SCRIPTS = (".js", ".mjs", ".ts", ".cjs", ".mts", ".cts")
_POSTCSS = (*(f"postcss.config{ending}" for ending in (*_SCRIPTS, ".json")), ".postcssrc.json", ".postcssrc")
#: PostCSS plugins whose work is done here in another way, or is nothing that a preview needs.
_DONE = {
    "tailwindcss",
    "tailwindcss/nesting",
    "@tailwindcss/nesting",
    "@tailwindcss/postcss",
    "autoprefixer",
    "cssnano",
    "postcss-import",
    "postcss-nested",
    "postcss-nesting",
}
_LAST_OLD = 3  # the last major version of Tailwind that configurations of its kind are for
_OLD = re.compile(
    r"@tailwind\s+(?:base|components|variants|screens)\b|@import\s+[\"']tailwindcss/(?:base|components)\b"
)
_ASKED = re.compile(r"@(config|plugin)\s+[\"']([^\"'\n]+)[\"']")
#: By the package that brings it.
_COMPILERS = {"sass": "sass", "sass-embedded": "sass", "less": "less"}
_MAJOR = re.compile(r"(?:npm:tailwindcss@)?[\^~>=v\s]*(\d+)")


@dataclass(frozen=True, slots=True)
class Conventions:
    """What follows from an app's configuration, and what of it a preview cannot follow."""

    paths: Mapping[str, str] = field(default_factory=dict)
    define: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    tailwind: Mapping[str, Any] = field(default_factory=dict)
    styles: Mapping[str, Any] = field(default_factory=dict)
    #: Which of the compilers of Sass and Less the app has: those alone are used.
    compilers: frozenset[str] = frozenset()
    root: str = ""
    warnings: tuple[str, ...] = ()


class Survey:
    """One look at an app's configuration."""

    def __init__(self, configs: Configs, text_of: TextOf, shelf: Shelf) -> None:
        self._configs, self._text_of, self._shelf, self._mode = configs, text_of, shelf, configs.mode
        self._variables = self._environment("")
        self._warnings: list[str] = []
        self._root = ""

    def conventions(self, sheets: Mapping[str, str]) -> Conventions | Problem:
        """Return what follows from the app's files; `sheets` are its style sheets."""
        path = self._first(f"vite.config{ending}" for ending in _SCRIPTS)
        found = self._configs.value("vite", path, self._text_of, self._variables, self._shelf) if path else {}
        if isinstance(found, Problem):
            # What Vite's plugins do to its configuration cannot be known; what is conventional is likely.
            self._warnings.append(f"{found.file}:{found.line or 1}: {found.message}")
            found = {}
        read = vite.read(found)
        self._warnings += [f"{path}: the alias {one} is not understood" for one in read.unknown]
        self._root = read.root
        if read.env_folder:
            self._variables = self._environment(read.env_folder)
        tailwind = self._tailwind(sheets)
        if isinstance(tailwind, Problem):
            return tailwind
        tsconfigs = {name: text for name in _TSCONFIGS if (text := self._text_of(name))}
        return Conventions(
            paths={**aliases(tsconfigs, read.root), **read.paths},
            define=read.define,
            env={**environment.shown(self._variables, read.prefixes, self._mode), **read.env},
            tailwind=_keyed(tailwind),
            styles=read.styles,
            compilers=frozenset(_COMPILERS[one] for one in _COMPILERS if self._version(one) is not None),
            root=read.root,
            warnings=tuple(self._warnings),
        )

    def _tailwind(self, sheets: Mapping[str, str]) -> dict[str, Any] | Problem:
        """Return how Tailwind is set up, as the compiler's `setup`."""
        major = self._major()
        asked = [(kind, name, path) for path, text in sheets.items() for kind, name in _ASKED.findall(text)]
        old = major == _LAST_OLD or (major is None and any(_OLD.search(text) for text in sheets.values()))
        plugins = self._postcss()
        if isinstance(plugins, Problem):
            return plugins
        if not old:
            return self._modules(asked) if major or asked else {}
        named = [self._file_of(name, path) for kind, name, path in asked if kind == "config"]
        path = next(filter(None, named), None) or self._nearest([f"tailwind.config{ending}" for ending in _SCRIPTS])
        config = self._configs.value("tailwind", path, self._text_of, self._variables, self._shelf) if path else {}
        if isinstance(config, Problem):
            return config
        return {"major": 3, "config": config, "prefix": "autoprefixer" in plugins}

    def _modules(self, asked: list[tuple[str, str, str]]) -> dict[str, Any] | Problem:
        """Return what the sheets of Tailwind 4 ask for by `@config` and `@plugin`."""
        modules: dict[str, Any] = {}
        for kind, name, sheet in asked:
            path = self._file_of(name, sheet)
            if path is None or path in modules:
                continue  # a package, or nothing: the compiler says so at its place
            as_kind = "tailwind" if kind == "config" else "plugin"
            value = self._configs.value(as_kind, path, self._text_of, self._variables, self._shelf)  # type: ignore[arg-type]
            if isinstance(value, Problem):
                return value
            modules[path] = value
        return {"modules": modules} if modules else {}

    def _postcss(self) -> list[str] | Problem:
        """Return the names of PostCSS's plugins; what none of them does here is said."""
        path = self._nearest(_POSTCSS)
        if path is None:
            path, found = "package.json", _loaded(self._text_of("package.json")).get("postcss")
        elif path.endswith((".json", "rc")):
            found = _loaded(self._text_of(path))
        else:
            found = self._configs.value("postcss", path, self._text_of, self._variables, self._shelf)
        if isinstance(found, Problem):
            return found
        plugins = found.get("plugins") if isinstance(found, dict) else None
        names = list(plugins) if isinstance(plugins, dict | list) else []
        for name in sorted(set(names) - _DONE):
            self._warnings.append(f"{path}: the PostCSS plugin {name} is left out")
        return names

    def _major(self) -> int | None:
        number = _MAJOR.match(self._version("tailwindcss") or "")
        return int(number[1]) if number else None

    def _version(self, package: str) -> str | None:
        """Return the version in which package.json names a package."""
        manifest = _loaded(self._text_of("package.json"))
        sections = (manifest.get(one) for one in ("dependencies", "devDependencies"))
        found = (one.get(package) for one in sections if isinstance(one, dict))
        return next((one for one in found if isinstance(one, str)), None)

    def _environment(self, folder: str) -> dict[str, str]:
        return environment.read([self._text_of(folder + name) or "" for name in environment.files(self._mode)])

    def _nearest(self, names: Sequence[str]) -> str | None:
        """Return what is there of some names, beside index.html or in the app's own folder."""
        return self._first([self._root + name for name in names]) or self._first(names)

    def _first(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if self._text_of(name) is not None), None)

    def _file_of(self, name: str, sheet: str) -> str | None:
        if not name.startswith((".", "/", "@/")):
            return None
        wanted = f"src/{name[2:]}" if name.startswith("@/") else posixpath.join(posixpath.dirname(sheet), name)
        path = posixpath.normpath(wanted.lstrip("/"))
        return self._first(path + ending for ending in ("", *_SCRIPTS))


def _loaded(text: str | None) -> dict[str, Any]:
    try:
        found = jsonc.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _keyed(setup: dict[str, Any]) -> dict[str, Any]:
    """Return a setup under a short name, by which the compiler knows it again."""
    return {**setup, "key": hashlib.sha256(json.dumps(setup).encode()).hexdigest()[:16]} if setup else {}
