"""CloudEvents 1.0 on the wire, structured and binary, over AMQP and HTTP.

A publisher may be written in any language, so everything here is taken as hostile.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from contracts.app import app_id_flaw
from contracts.errors import BadEvent, Flaw
from contracts.event import SPEC, TYPE_PREFIX, Envelope, Word

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
AMQP_PREFIXES = ("cloudEvents:", "cloudEvents_")
HTTP_PREFIXES = ("ce-",)

_WORD: TypeAdapter[str] = TypeAdapter(Word)
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def media_type(content_type: str | None) -> str:
    """Return a content type without its parameters."""
    return (content_type or "").split(";", 1)[0].strip().lower()


def decode(
    content_type: str | None,
    headers: Mapping[str, Any],
    body: bytes,
    prefixes: tuple[str, ...] = AMQP_PREFIXES,
) -> Envelope:
    """Read one event, whichever of the two modes it came in."""
    media = media_type(content_type)
    if media == STRUCTURED:
        return envelope(parse_json(body))
    attributes = {
        name[len(prefix) :].lower(): value
        for prefix in prefixes
        for name, value in headers.items()
        if name.lower().startswith(prefix.lower())
    }
    if not attributes:
        raise BadEvent(
            Flaw("content-type", f"is {media or 'missing'}: send {STRUCTURED}, or the attributes as headers")
        )
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise BadEvent(Flaw("datacontenttype", f"is {media or 'missing'}: only application/json is understood"))
    return envelope({**attributes, "data": parse_json(body)})


def parse_json(body: bytes) -> Any:
    """Parse strictly: no NaN, no lone surrogates, no bottomless nesting."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise BadEvent(Flaw("body", f"is not JSON: {error}")) from None


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
    if app_id and (flaw := app_id_flaw(app_id)):
        flaws.append(Flaw("subject", flaw))
    if media_type(event.get("datacontenttype") or "application/json") != "application/json":
        flaws.append(Flaw("datacontenttype", "must be application/json"))
    data = event.get("data", {})
    if not isinstance(data, dict):
        flaws.append(Flaw("data", "must be a JSON object"))
    optional = {name: _word(event, name, flaws) for name in _OPTIONAL if event.get(name) is not None}
    if flaws:
        raise BadEvent(*flaws)
    return Envelope(
        event_id=event_id,
        source=source,
        kind=kind,
        app_id=app_id,
        data=data,
        time=optional.get("time"),
        sequence=_sequence(event),
        story_id=optional.get("storyid", event_id),
        causation_id=optional.get("causationid"),
        message_id=optional.get("messageid"),
        traceparent=_traceparent(optional.get("traceparent")),
    )


_OPTIONAL = ("time", "storyid", "causationid", "messageid", "traceparent")


def _word(event: dict[str, Any], name: str, flaws: list[Flaw]) -> str:
    try:
        return _WORD.validate_python(event.get(name), strict=True)
    except ValidationError:
        flaws.append(Flaw(name, "must be a string of 1 to 255 printable characters"))
        return ""


def _kind(event: dict[str, Any], flaws: list[Flaw]) -> str:
    named = _word(event, "type", flaws)
    if named and not named.startswith(TYPE_PREFIX):
        flaws.append(Flaw("type", f"must begin with {TYPE_PREFIX!r}"))
    return named.removeprefix(TYPE_PREFIX)


def _sequence(event: dict[str, Any]) -> int | None:
    value = event.get("sequence")
    if value is None:
        return None
    if not _SEQUENCE.fullmatch(str(value)):
        raise BadEvent(Flaw("sequence", "must be a decimal string of at most 18 digits"))
    return int(value)


def _traceparent(value: str | None) -> str | None:
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
