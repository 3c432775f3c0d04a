"""What a module id asks for: a file to be compiled, its text, or its address. Pure."""

import hashlib
import json
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from edge import page
from edge.compiler_words import Compiled, Source
from edge.graph import Unit
from edge.registry import value_module

_SCRIPTS = {".tsx", ".ts", ".jsx", ".js", ".mjs", ".mts", ".cjs", ".cts", ".json", ".vue", ".svelte"}
_COMPILED = frozenset({*_SCRIPTS, ".css", ".scss", ".sass", ".less"})
#: The query under which a file is read for the classes that it mentions, and for nothing else.
CLASSES = "classes"

Wish = Literal["compiled", "text", "address", "worker", "init"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A unit as it is kept for every app that has the same file at the same place."""

    key: bytes
    facts: str
    code: str
    map: str | None = None


@lru_cache(maxsize=20_000)
def wish(module_id: str) -> tuple[str, Wish]:
    """Return the file behind an id, and what is wanted of it."""
    path, _question, query = module_id.partition("?")
    words = query.split("&")
    if "raw" in words:
        return path, "text"
    if not {"worker", "sharedworker"}.isdisjoint(words):
        return path, "worker"
    if "init" in words:
        return path, "init"
    if CLASSES in words or page.is_part(module_id):
        return path, "compiled"
    if "url" in words or posixpath.splitext(path)[1].lower() not in _COMPILED:
        return path, "address"
    return path, "compiled"


def source(module_id: str, path: str, text: str) -> Source:
    """Return what is compiled for a module: its file, or what stands in the page."""
    if page.is_part(module_id):
        return Source(module_id, page.source(text, module_id))
    return Source(path, text)


def key(module_id: str, sha256: bytes, version: str) -> bytes:
    """Return the name of what this compiler makes of this content at this place."""
    return hashlib.sha256(f"{version}\n{module_id}\n".encode() + sha256).digest()


def of_text(unit_key: bytes, path: str, text: str) -> Kept:
    """Make the module whose default export is a file's text."""
    return _value(unit_key, path, text)


def of_address(unit_key: bytes, path: str, sha256: bytes) -> Kept:
    """Make the module whose default export is where the browser finds the file; another content, another address."""
    return _value(unit_key, path, _address(path, sha256))


def of_init(unit_key: bytes, path: str, sha256: bytes) -> Kept:
    """Make the module whose default export instantiates a WebAssembly file."""
    made = f"(imports) => WebAssembly.instantiateStreaming(fetch({json.dumps(_address(path, sha256))}), imports)"
    return _default(unit_key, path, f"{made}.then(({{ instance }}) => instance)")


def of_worker(unit_key: bytes, module_id: str) -> Kept:
    """Make the module whose default export is a constructor of workers that run a file, or their script's address."""
    path, _question, query = module_id.partition("?")
    words = query.split("&")
    file = json.dumps(f"/{path}")
    kind = "SharedWorker" if "sharedworker" in words else "Worker"
    address = f"__vite_ssr_import_meta__.worker({file})"
    made = f'function (options) {{ return new {kind}(address, {{ type: "module", name: options?.name }}); }}'
    imports = [{"spec": f"/{path}", "dynamic": True, "names": ["*"]}]
    kept = _default(unit_key, path, "address" if "url" in words else made, imports)
    return Kept(kept.key, kept.facts, f"const address = {address};\n{kept.code}")


def of_compiled(unit_key: bytes, compiled: Compiled) -> Kept:
    """Keep what the compiler made: what is known of it apart from what the page loads."""
    facts = compiled.model_dump_json(exclude={"code", "map"}, exclude_defaults=True)
    return Kept(unit_key, facts, compiled.code or "", compiled.map)


def of_told(unit_key: bytes, path: str, told: str) -> Kept:
    """Keep what the sandbox said of a file; no page loads it."""
    return Kept(unit_key, json.dumps({"path": path, "kind": "text"}), told)


def known(facts: str) -> Compiled:
    """Return what is known of a kept unit."""
    return Compiled.model_validate_json(facts)


def seen_by_graph(compiled: Compiled) -> Unit:
    """Return what the graph has to know; what a stylesheet imports is put into it and is no module."""
    plain = compiled.kind == "css"
    return Unit(
        imports=() if plain else compiled.imports,
        exports=None if plain else compiled.exports,
        globs=compiled.globs,
        style=compiled.kind in {"css", "css-module"},
    )


def _address(path: str, sha256: bytes) -> str:
    where = path.removeprefix("public/") if path.startswith("public/") else path
    return f"/{quote(where)}?v={sha256.hex()[:8]}"


def _value(unit_key: bytes, path: str, value: str) -> Kept:
    facts = json.dumps({"path": path, "kind": "module", "exports": ["default"]})
    return Kept(unit_key, facts, value_module(value))


def _default(unit_key: bytes, path: str, expression: str, imports: Sequence[object] = ()) -> Kept:
    facts = json.dumps({"path": path, "kind": "module", "exports": ["default"], "imports": imports})
    getter = "{ enumerable: true, configurable: true, value: made }"
    code = f'const made = {expression};\nObject.defineProperty(__vite_ssr_exports__, "default", {getter});'
    return Kept(unit_key, facts, code)
