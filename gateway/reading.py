"""What a POST of events says, checked before anything of it is accepted. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from contracts import catalog, cloudevents
from contracts.cloudevents import BATCH, HTTP_PREFIXES, STRUCTURED
from contracts.errors import BadEvent, Flaw
from contracts.event import MAX_FLAWS, Envelope
from gateway.problem import Problem, unprocessable

MOST_EVENTS = 1_000
_NAMES = (f"{STRUCTURED}, {BATCH}", "application/json with ce- headers")

Headers = Iterable[tuple[bytes, bytes]]


def read(headers: Headers, body: bytes) -> tuple[list[Envelope], bool]:
    """Return the events, and whether they are a batch."""
    named = _headers(headers)
    media = cloudevents.media_type(named.get("content-type"))
    if media == BATCH:
        events = _batch(body)
    elif media == STRUCTURED or _is_binary(media, named):
        events = [_single(named, body)]
    else:
        raise Problem(415, f"{media or 'no content type'} is not understood: send {' or '.join(_NAMES)}")
    trace = named.get("traceparent")
    return [event if event.traceparent else _traced(event, trace) for event in events], media == BATCH


def _headers(headers: Headers) -> dict[str, str]:
    """Return headers by name; an attribute given twice is a contradiction."""
    named: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        if name in named and name.startswith(HTTP_PREFIXES):
            flaw = Flaw(name.removeprefix(HTTP_PREFIXES[0]), "is given twice: send each attribute as one header")
            raise unprocessable(BadEvent(flaw))
        named[name] = value.decode("latin-1")
    return named


def _is_binary(media: str, named: dict[str, str]) -> bool:
    is_json = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    return is_json and any(name.startswith(HTTP_PREFIXES) for name in named)


def _single(named: dict[str, str], body: bytes) -> Envelope:
    try:
        event = cloudevents.decode(named.get("content-type"), named, body, HTTP_PREFIXES)
        _check(event)
    except BadEvent as error:
        raise unprocessable(error) from None
    return event


def _batch(body: bytes) -> list[Envelope]:
    """Return every event of a batch, or name the flaws of all of them by their place."""
    try:
        found = cloudevents.parse_json(body)
    except BadEvent as error:
        raise unprocessable(error) from None
    if not isinstance(found, list):
        raise unprocessable(BadEvent(Flaw("body", "is not a JSON array of events")))
    if len(found) > MOST_EVENTS:
        raise Problem(413, f"a batch holds at most {MOST_EVENTS} events; this one has {len(found)}")
    events: list[Envelope] = []
    flaws: list[Flaw] = []
    for place, entry in enumerate(found):
        try:
            event = cloudevents.envelope(entry)
            _check(event)
            events.append(event)
        except BadEvent as error:
            flaws += [Flaw(f"{place}.{flaw.field}", flaw.reason) for flaw in error.flaws]
    if flaws:
        raise unprocessable(BadEvent(*flaws[:MAX_FLAWS]))
    return events


def _check(event: Envelope) -> None:
    catalog.asked_for(event.kind).parse(event.data)


def _traced(event: Envelope, trace: str | None) -> Envelope:
    """Let the event carry on the trace of the request that brought it."""
    return replace(event, traceparent=cloudevents.well_formed_trace(trace))
