"""What FastAPI cannot know of: the stream, how callers show who they are, and the shape of errors."""

from typing import Any

from fastapi import FastAPI

from contracts.catalog import KINDS
from gateway.problem import MEDIA_TYPE

_OPEN = {"/healthz", "/readyz", "/metrics", "/asyncapi.json"}

_FRAME = (
    'retry: 2000\n\nid: 3f9a1c2b7d.42\nevent: file-stored\ndata: {"seq":42,"kind":"file-stored","app_id":"demo",'
    '"path":"src/App.tsx","bytes":35,"lines":1,"version":7,"unchanged":false}\n\n'
)

_STATE = "open with the app's state; `preview.open_url` is null for a stream token, which opens no private preview"


def complete(web: FastAPI) -> None:
    """Let the document say all of it."""
    generate = web.openapi

    def document() -> dict[str, Any]:
        known = web.openapi_schema is not None
        found = generate()
        return found if known else _complete(found)

    web.openapi = document  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    document["paths"]["/v1/apps/{app_id}/events"] = {"get": _stream()}
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "fleet_token"},
        "app_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "of `/api/auth`"},
        "stream_token": {"type": "apiKey", "in": "query", "name": "access_token"},
    }
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _DEFAULT
            if path.startswith("/api/"):
                operation["security"] = [{"app_token": []}, {}]
                operation.setdefault("parameters", []).append(_APP)
            elif path not in _OPEN:
                operation.setdefault("security", [{"bearer": []}, {"cookie": []}])
    return document


_TEXT = {"type": "string"}
_APP = {"name": "X-App-ID", "in": "header", "schema": _TEXT, "description": "where the host is not the app's own"}
_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array", "items": {"type": "object", "properties": {"field": _TEXT, "reason": _TEXT}}},
    },
}
_DEFAULT = {
    "description": "What went wrong",
    "content": {
        MEDIA_TYPE: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "path: is missing",
                "errors": [{"field": "path", "reason": "is missing"}],
            },
        }
    },
}


def _stream() -> dict[str, Any]:
    return {
        "tags": ["events"],
        "summary": "Follow an app: server-sent events that can be resumed without loss",
        "parameters": [
            {"name": "app_id", "in": "path", "required": True, "schema": _TEXT},
            {"name": "kinds", "in": "query", "schema": _TEXT, "description": f"of {', '.join(KINDS)}"},
            {"name": "message_id", "in": "query", "schema": _TEXT},
            {"name": "last_event_id", "in": "query", "schema": _TEXT, "description": "0: the oldest kept"},
            {"name": "state", "in": "query", "schema": {"enum": ["1"]}, "description": _STATE},
            {"name": "Last-Event-ID", "in": "header", "schema": _TEXT},
        ],
        "security": [{"bearer": []}, {"cookie": []}, {"stream_token": []}],
        "responses": {
            "200": {"description": "Frames", "content": {"text/event-stream": {"schema": _TEXT, "example": _FRAME}}}
        },
    }
