"""What the OpenAPI document shows of files and versions: examples, and bodies that are not JSON."""

from typing import Any

from pydantic import JsonValue

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_AT = "2026-01-31T12:00:00.000Z"
_EVENT = "6f1c1f9e-3d0e-4c7e-9f0a-2f4f0a7b1c11"

FILE: dict[str, JsonValue] = {
    "path": "src/App.tsx",
    "sha256": _HASH,
    "bytes": 36,
    "lines": 1,
    "version": 4,
    "updated_at": _AT,
}
FILES: dict[str, JsonValue] = {"version": 4, "files": [FILE]}
VERSION: dict[str, JsonValue] = {
    "version": 4,
    "name": "First draft",
    "event_id": _EVENT,
    "message_id": "msg_7",
    "changes": 3,
    "created_at": _AT,
}
CHANGE: dict[str, JsonValue] = {
    "path": "src/App.tsx",
    "change": "modified",
    "from_path": None,
    "bytes_before": 36,
    "bytes_after": 38,
    "diff": "--- a/src/App.tsx\n+++ b/src/App.tsx\n@@ -1 +1 @@\n-export default 1\n+export default 2\n",
}
_STORED = {
    "kind": "file-stored",
    "app_id": "demo",
    "path": "src/App.tsx",
    "operation": "write",
    "sha256": _HASH,
    "bytes": 36,
    "lines": 1,
    "version": 4,
    "unchanged": False,
}
_LATER = {"event_id": _EVENT, "story_url": f"/v1/stories/{_EVENT}?app_id=demo"}
_BINARY = {"schema": {"type": "string", "format": "binary"}}

Answers = dict[int | str, dict[str, Any]]

#: A change that was asked for: done, or still under way.
CHANGED: Answers = {
    200: {"description": "Stored", "content": {"application/json": {"example": _STORED}}},
    202: {"description": "Accepted, not settled yet", "content": {"application/json": {"example": _LATER}}},
}
WRITTEN: Answers = {201: {**CHANGED[200], "description": "Stored, and new"}, **CHANGED}
CONTENT: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}
UNCHANGED: Answers = {304: {"description": "What If-None-Match names is what there is"}}


def binary(*media: str) -> Answers:
    """Return the description of an answer that is no JSON."""
    return {200: {"description": "The bytes", "content": dict.fromkeys(media, _BINARY)}}
