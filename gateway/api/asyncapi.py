"""The AsyncAPI 3.0 document of the bus, made from the catalog: what may be published and what can be listened to."""

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from contracts import catalog
from contracts.cloudevents import AMQP_PREFIXES, STRUCTURED
from contracts.event import SPEC, TYPE_PREFIX, Event
from contracts.topology import EVENTS, PROGRESS, routing_key

Json = dict[str, Any]

_APP = {"app_id": {"description": "Whose event it is; the event's subject."}}
_WORD: Json = {"type": "string", "minLength": 1, "maxLength": 255}
_OPTIONAL = ("sequence", "storyid", "causationid", "messageid", "traceparent")


def document(version: str = "1.0.0") -> Json:
    """Return the whole document; it depends on the catalog alone."""
    events = tuple(catalog.KINDS.values())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OverSkill fleet",
            "version": version,
            "description": "CloudEvents 1.0 on one topic exchange. Events only gain optional fields; "
            "a breaking change is a new kind. Whoever listens brings a queue of its own.",
        },
        "defaultContentType": STRUCTURED,
        "channels": {event.kind: _channel(event) for event in events} | {"stream": _stream()},
        "operations": {event.kind: _operation(event) for event in events} | {"stream": _pushing()},
        "components": {
            "messages": {event.kind: _message(event) for event in events} | {"step": _step()},
            "schemas": _schemas(events),
        },
    }


def _channel(event: type[Event]) -> Json:
    return {
        "address": routing_key(event.kind, "{app_id}"),
        "description": event.__doc__,
        "parameters": _APP,
        "messages": {event.kind: {"$ref": f"#/components/messages/{event.kind}"}},
        "bindings": _exchange(EVENTS),
    }


def _stream() -> Json:
    return {
        "address": "{app_id}",
        "description": "Every step of an app's stream as gateways receive it; programs better read the gateway's SSE.",
        "parameters": _APP,
        "messages": {"step": {"$ref": "#/components/messages/step"}},
        "bindings": _exchange(PROGRESS),
    }


def _exchange(name: str) -> Json:
    exchange = {"name": name, "type": "topic", "durable": True, "autoDelete": False}
    return {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}}


def _operation(event: type[Event]) -> Json:
    """Say it from the fleet's side: it receives what is asked and sends what it has to say."""
    endings = sorted(catalog.endings(event.kind))
    answers = f" Answered by {' or '.join(endings)}." if endings else ""
    return {
        "action": "receive" if event in catalog.ASKED else "send",
        "summary": f"{event.__doc__}{answers}",
        "channel": {"$ref": f"#/channels/{event.kind}"},
        "messages": [{"$ref": f"#/channels/{event.kind}/messages/{event.kind}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": "0.3.0"}},
    }


def _pushing() -> Json:
    return {
        "action": "send",
        "summary": "Pushed after each commit; what is lost on the way is read from the log.",
        "channel": {"$ref": "#/channels/stream"},
        "messages": [{"$ref": "#/channels/stream/messages/step"}],
    }


def _message(event: type[Event]) -> Json:
    return {
        "name": event.kind,
        "title": event.__name__,
        "summary": event.__doc__,
        "contentType": STRUCTURED,
        "headers": {"$ref": "#/components/schemas/BinaryMode"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": TYPE_PREFIX + event.kind},
                        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                    },
                },
            ]
        },
        "bindings": {"amqp": {"messageType": TYPE_PREFIX + event.kind, "bindingVersion": "0.3.0"}},
    }


def _step() -> Json:
    about = dict.fromkeys(("kind", "app_id", "event_id", "story_id"), _WORD)
    return {
        "name": "step",
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "description": "The fact's own fields at top level, beside these.",
            "properties": {
                **about,
                "seq": {"type": "integer"},
                "attempt": {"type": "integer"},
                "at": {"type": "string"},
                "cause_id": {**_WORD, "description": "What it follows from, if not from the story's first event."},
            },
            "required": ["seq", *about],
        },
    }


def _schemas(events: Iterable[type[Event]]) -> Json:
    """Return each kind's data schema, and the two shapes of the envelope around it."""
    modes = [(event, catalog.schema_mode(event)) for event in events]
    _places, schemas = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    return {**schemas["$defs"], "CloudEvent": _cloudevent(), "BinaryMode": _binary_mode()}


def _attributes() -> Json:
    required: Json = {
        "specversion": {"const": SPEC},
        "id": {**_WORD, "description": "Unique per source; a repeat is one event."},
        "source": {**_WORD, "format": "uri-reference"},
        "type": {**_WORD, "pattern": f"^{TYPE_PREFIX.replace('.', '[.]')}"},
        "subject": {**_WORD, "description": "The app."},
    }
    return {**required, "time": {"type": "string", "format": "date-time"}, **dict.fromkeys(_OPTIONAL, _WORD)}


def _cloudevent() -> Json:
    mime = {"type": "string", "default": "application/json"}
    return {
        "type": "object",
        "description": "Structured mode: the attributes and the data in one JSON object.",
        "properties": {**_attributes(), "datacontenttype": mime, "data": {"type": "object"}},
        "required": ["specversion", "id", "source", "type", "subject"],
    }


def _binary_mode() -> Json:
    prefix = AMQP_PREFIXES[0]
    return {
        "type": "object",
        "description": "Binary mode, instead: the attributes as headers, the data alone as an application/json body.",
        "properties": {prefix + name: schema for name, schema in _attributes().items()},
    }
