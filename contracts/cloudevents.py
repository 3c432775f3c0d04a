"""CloudEvents 1.0 on the wire, structured and binary, over AMQP and HTTP.

A publisher may be written in any language, so everything here is taken as hostile.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from contracts import headers as binary
from contracts.app import app_id_flaw
from contracts.errors import BadEvent, Flaw
from contracts.event import SPEC, TYPE_PREFIX, Envelope

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
AMQP_PREFIXES = ("cloudEvents:", "cloudEvents_")
HTTP_PREFIXES = ("ce-",)

#: What `Word` says, as this module's own expression: every delivery passes here, and pydantic's engine for
#: expressions is slow to begin. Lone surrogates could not be written down.
_WORD = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_TIME = re.compile(
    r"\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d:[0-6]\d(?:\.\d{1,9})?(?:[Zz]|[+-][0-2]\d:[0-5]\d)", re.ASCII
)
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def media_type(content_type: object) -> str:
    """Return a content type without its parameters."""
    return content_type.split(";", 1)[0].strip().lower() if isinstance(content_type, str) else ""


def decode(
    content_type: str | None,
    headers: Mapping[Any, Any] | None,
    body: bytes,
    prefixes: tuple[str, ...] = AMQP_PREFIXES,
) -> Envelope:
    """Read one event, whichever of the two modes it came in."""
    media = STRUCTURED if content_type == STRUCTURED else media_type(content_type)
    if media == STRUCTURED:
        return envelope(parse_json(body))
    attributes = binary.read(headers or {}, prefixes, escaped=prefixes == HTTP_PREFIXES)
    if not attributes:
        raise BadEvent(
            Flaw("content-type", f"is {media or 'missing'}: send {STRUCTURED}, or the attributes as headers")
        )
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise BadEvent(Flaw("datacontenttype", f"is {media or 'missing'}: only application/json is understood"))
    return envelope({**attributes, "data": parse_json(body)})


def parse_json(body: bytes) -> Any:
    """Parse strictly: no NaN or infinity, no lone surrogates, no bottomless nesting; the last of doubled keys holds."""
    try:
        parsed = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise BadEvent(Flaw("body", f"is not JSON: {error}")) from None
    if not _finite(parsed):
        raise BadEvent(Flaw("body", "has a number beyond what a double can hold"))
    return parsed


def _finite(value: Any) -> bool:
    """Tell whether no number overflowed: 1e999 parses, and could never be written again.

    Nearly all values are words: only what holds others costs a call.
    """
    for each in value.values() if type(value) is dict else value if type(value) is list else (value,):
        kind = type(each)
        if kind is float:
            if not math.isfinite(each):
                return False
        elif (kind is dict or kind is list) and not _finite(each):
            return False
    return True


def envelope(event: object) -> Envelope:
    """Check a CloudEvent's attributes and return it as an envelope."""
    if not isinstance(event, dict):
        raise BadEvent(Flaw("body", "is not a JSON object"))
    flaws: list[Flaw] = []
    if event.get("specversion") != SPEC:
        flaws.append(Flaw("specversion", f'must be "{SPEC}"'))
    event_id = _word(event, "id", flaws)
    source = _word(event, "source", flaws)
    kind = _kind(event, flaws)
    app_id = _word(event, "subject", flaws)
    if app_id and (flaw := _flaw_of_app(app_id)):
        flaws.append(Flaw("subject", flaw))
    if "datacontenttype" in event and media_type(event["datacontenttype"]) != "application/json":
        flaws.append(Flaw("datacontenttype", "must be application/json"))
    if "data_base64" in event:
        flaws.append(Flaw("data_base64", "is not understood: send data as a JSON object"))
    data = event.get("data", {})
    if not isinstance(data, dict):
        flaws.append(Flaw("data", "must be a JSON object"))
    optional = {name: _word(event, name, flaws) for name in _OPTIONAL if event.get(name) is not None}
    if optional.get("time") and not _TIME.fullmatch(optional["time"]):
        flaws.append(Flaw("time", "must be an RFC 3339 time, as 2026-01-31T12:00:00Z"))
    sequence = _sequence(event, flaws)
    if flaws:
        raise BadEvent(*flaws)
    return Envelope(
        event_id=event_id,
        source=source,
        kind=kind,
        app_id=app_id,
        data=data,
        time=optional.get("time"),
        sequence=sequence,
        story_id=optional.get("storyid", event_id),
        causation_id=optional.get("causationid"),
        message_id=optional.get("messageid"),
        traceparent=well_formed_trace(optional.get("traceparent")),
    )


_OPTIONAL = ("time", "storyid", "causationid", "messageid", "traceparent")
_LONGEST = 255

#: An app that has one event has many.
_flaw_of_app = lru_cache(maxsize=4_096)(app_id_flaw)


def _word(event: dict[str, Any], name: str, flaws: list[Flaw]) -> str:
    value = event.get(name)
    # What Python calls printable has neither control characters nor surrogates, and needs no expression.
    if isinstance(value, str) and ((0 < len(value) <= _LONGEST and value.isprintable()) or _WORD.fullmatch(value)):
        return value
    flaws.append(Flaw(name, "must be a string of 1 to 255 printable characters"))
    return ""


def _kind(event: dict[str, Any], flaws: list[Flaw]) -> str:
    named = _word(event, "type", flaws)
    if named and not named.startswith(TYPE_PREFIX):
        flaws.append(Flaw("type", f"must begin with {TYPE_PREFIX!r}"))
    return named.removeprefix(TYPE_PREFIX)


def _sequence(event: dict[str, Any], flaws: list[Flaw]) -> int | None:
    value = event.get("sequence")
    if value is None:
        return None
    if not isinstance(value, str | int) or not _SEQUENCE.fullmatch(str(value)):
        flaws.append(Flaw("sequence", "must be a decimal string of at most 18 digits"))
        return None
    return int(value)


def well_formed_trace(value: str | None) -> str | None:
    """Return a well-formed traceparent; the W3C says to ignore any other."""
    return value if value and _TRACEPARENT.fullmatch(value) else None


def attributes(event: Envelope) -> dict[str, str]:
    """Return an event's attributes under their CloudEvents names."""
    named = {
        "specversion": SPEC,
        "id": event.event_id,
        "source": event.source,
        "type": TYPE_PREFIX + event.kind,
        "subject": event.app_id,
        "time": event.time,
        "datacontenttype": "application/json",
        "sequence": None if event.sequence is None else str(event.sequence),
        "storyid": event.story_id or event.event_id,
        "causationid": event.causation_id,
        "messageid": event.message_id,
        "traceparent": event.traceparent,
    }
    return {name: value for name, value in named.items() if value is not None}


def encode(event: Envelope) -> str:
    """Return the event in structured mode."""
    return json.dumps({**attributes(event), "data": event.data}, separators=(",", ":"), ensure_ascii=False)


def encode_binary(event: Envelope, prefix: str = AMQP_PREFIXES[0]) -> tuple[str, dict[str, str], bytes]:
    """Return the event in binary mode: content type, headers and body."""
    headers = binary.write(attributes(event), prefix, escaped=prefix in HTTP_PREFIXES)
    return "application/json", headers, json.dumps(event.data, separators=(",", ":"), ensure_ascii=False).encode()
