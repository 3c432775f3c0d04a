"""What a module id asks for: a file to be compiled, its text, or its address. Pure."""

import hashlib
import json
import posixpath
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from edge import page
from edge.compiler_words import Compiled, Source
from edge.graph import Unit
from edge.registry import value_module

_COMPILED = frozenset(
    {".tsx", ".ts", ".jsx", ".js", ".mjs", ".mts", ".cjs", ".cts", ".json", ".css", ".scss", ".sass", ".less"}
)
#: The query under which a file is read for the classes that it mentions, and for nothing else.
CLASSES = "classes"

Wish = Literal["compiled", "text", "address"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A unit as it is kept for every app that has the same file at the same place."""

    key: bytes
    facts: str
    code: str
    map: str | None = None


def wish(module_id: str) -> tuple[str, Wish]:
    """Return the file behind an id, and what is wanted of it."""
    path, _question, query = module_id.partition("?")
    words = query.split("&")
    if "raw" in words:
        return path, "text"
    if CLASSES in words or module_id.startswith((page.WHOLE, page.INLINE)):
        return path, "compiled"
    if "url" in words or posixpath.splitext(path)[1].lower() not in _COMPILED:
        return path, "address"
    return path, "compiled"


def source(module_id: str, path: str, text: str) -> Source:
    """Return what is compiled for a module: its file, or what stands in the page."""
    if module_id.startswith((page.WHOLE, page.INLINE)):
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
    where = path.removeprefix("public/") if path.startswith("public/") else path
    return _value(unit_key, path, f"/{quote(where)}?v={sha256.hex()[:8]}")


def of_compiled(unit_key: bytes, compiled: Compiled) -> Kept:
    """Keep what the compiler made: what is known of it apart from what the page loads."""
    facts = compiled.model_dump_json(exclude={"code", "map"}, exclude_defaults=True)
    return Kept(unit_key, facts, compiled.code or "", compiled.map)


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


def _value(unit_key: bytes, path: str, value: str) -> Kept:
    facts = json.dumps({"path": path, "kind": "module", "exports": ["default"]})
    return Kept(unit_key, facts, value_module(value))
