"""What open pages are told of a revision. Pure.

A revision is written down with the names of what changed, by hash; pages are told the code itself. The worker that
made it fills it in from what it has just compiled, a gateway that reads it later from what is kept.
"""

import json
from collections.abc import Mapping
from typing import Any

Code = tuple[str, str | None]


def keys(body: Mapping[str, Any]) -> set[bytes]:
    """Return the units whose code has to be told."""
    return {bytes.fromhex(key) for _id, _deps, key in body.get("modules", ())}


def texts(body: Mapping[str, Any]) -> set[bytes]:
    """Return the contents that have to be told."""
    return {bytes.fromhex(sha256) for _id, sha256 in body.get("css", ())}


def told(
    kind: str, body: Mapping[str, Any], revision: str, code: Mapping[bytes, Code], contents: Mapping[bytes, bytes]
) -> str:
    """Return the data of the event that pages hear."""
    if kind != "update":
        return _json({"rev": revision, **body})
    modules = [_module(one, deps, code[bytes.fromhex(key)]) for one, deps, key in body["modules"]]
    css = [{"id": one, "text": contents[bytes.fromhex(sha256)].decode()} for one, sha256 in body["css"]]
    return _json({"rev": revision, "modules": modules, "css": css, "removed": body["removed"]})


def _module(module_id: str, deps: Mapping[str, Any], code: Code) -> dict[str, Any]:
    text, source_map = code
    module = {"id": module_id, "deps": deps, "code": text}
    return module if source_map is None else {**module, "map": source_map}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
