"""What a builder is asked for: an app's files, and all that follows from how it is set up. Pure."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from edge import jsonc, page, pages, virtual
from edge.conventions import Conventions
from edge.resolve import root_of

#: What every browser of the last years understands; as Vite says it.
TARGET = ("es2022", "chrome111", "edge111", "firefox114", "safari16.4")
#: Where server code begins, in the order of preference.
SERVERS = ("src/worker.ts", "src/worker.js", "src/worker.mjs")
#: A folder in which each file is a function of its own.
FUNCTIONS = "functions/"
_FUNCTION = re.compile(r"functions/(?!(?:.*/)?[^/]*\.(?:test|spec|d)\.)[^\0]*\.[cm]?[jt]sx?")
#: What tells it from a script that a page runs beside itself.
_SERVES = re.compile(rb"^\s*export\s+(?:default\b|\{[^}]*\bdefault\b)", re.MULTILINE)
_TSCONFIGS = ("tsconfig.app.json", "tsconfig.json", "jsconfig.json")
_INLINE = re.compile(r'"/(index\.html\?inline=\d+\.js)"')
_HEAD_ENDS = re.compile(r"[ \t]*</head\b", re.IGNORECASE)
_IMPORTED = re.compile(
    r"""^\s*import\s[^"'`;]*["']([^"'.][^"']*)["']|\brequire\(\s*["']([^"'.][^"']*)["']\)""", re.MULTILINE
)
#: What a configuration imports that a build does in its own way, or that only a development server would do.
_KNOWN = re.compile(
    r"vite|vitest/config|vitest|(?:node:)?(?:path|url|fs|process|os)|@vitejs/plugin-(?:react(?:-swc)?|vue(?:-jsx)?|legacy"
    r"|basic-ssl)|@sveltejs/vite-plugin-svelte|@tailwindcss/(?:vite|postcss)|tailwindcss|autoprefixer|postcss.*|sass"
    r"|vite-tsconfig-paths|lovable-tagger|vite-plugin-(?:inspect|checker|compression2?|mkcert)|rollup-plugin-visualizer"
    r"|tailwindcss-animate|vite-bundle-visualizer|@types/.*"
)


def request(
    files: Mapping[str, bytes], html: str, around: page.Page, entry: str, conventions: Conventions
) -> dict[str, Any]:
    """Return what the builder reads."""
    texts, binary = _encoded(files)
    root = root_of(conventions.paths)
    head, rest = _head(around)
    return {
        "files": texts,
        "binary": binary,
        "virtual": standing(html, entry, root),
        "idle": virtual.modules(),
        "entry": entry,
        "page": [head, rest],
        "paths": dict(conventions.paths),
        "define": dict(conventions.define),
        "env": dict(conventions.env),
        "tailwind": dict(conventions.tailwind),
        "styles": dict(conventions.styles),
        "target": TARGET,
        "options": _options(files),
        "server": _server(files),
    }


def standing(html: str, entry: str, root: str) -> dict[str, str]:
    """Return the scripts that stand in the page, by the names under which its entry imports them."""
    if not page.is_part(entry):
        return {}
    whole = page.source(html, entry)
    return {entry: whole, **{root + one: page.source(html, one) for one in _INLINE.findall(whole)}}


def unknown_plugins(path: str, config: str) -> list[str]:
    """Say which plugins of a Vite configuration a build knows nothing of."""
    named = sorted({one or other for one, other in _IMPORTED.findall(config)})
    return [
        f"{path}: nothing is known here of {name}; the app is built without what it would do"
        for name in named
        if not _KNOWN.fullmatch(name)
    ]


def is_server_alone(files: Mapping[str, bytes], root: str) -> bool:
    """Tell whether an app has no page to begin with, but something that answers."""
    return f"{root}index.html" not in files and pages.bare("", files, root) is None and bool(_server(files))


def _server(files: Mapping[str, bytes]) -> str:
    """Return where server code begins: a file, or a folder of functions."""
    worker = next((one for one in SERVERS if _SERVES.search(files.get(one, b""))), None)
    return worker or (FUNCTIONS if any(_FUNCTION.fullmatch(path) for path in files) else "")


def _head(around: page.Page) -> tuple[str, str]:
    text = around.before + around.between + around.after
    found = _HEAD_ENDS.search(text)
    at = found.start() if found else len(around.before)
    return text[:at], text[at:]


def _encoded(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[str]]:
    texts: dict[str, str] = {}
    binary: list[str] = []
    for path, content in files.items():
        try:
            texts[path] = content.decode()
        except UnicodeDecodeError:
            texts[path] = base64.b64encode(content).decode()
            binary.append(path)
    return texts, binary


def _options(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what tsconfig.json says of how scripts are read."""
    for name in _TSCONFIGS:
        try:
            config = jsonc.loads(files.get(name, b"").decode(errors="replace") or "{}")
        except ValueError:
            continue
        options = config.get("compilerOptions") if isinstance(config, dict) else None
        if isinstance(options, dict):
            return {key: options[key] for key in ("experimentalDecorators", "jsxImportSource") if key in options}
    return {}
