"""CloudEvents in both modes: what one program writes, every other reads."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import AMQP_PREFIXES, HTTP_PREFIXES, STRUCTURED, decode, encode, encode_binary
from contracts.errors import BadEvent
from contracts.event import Envelope

ATTRIBUTES = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/rails",
    "type": "overskill.file-written",
    "subject": "demo",
}
WORDS = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=40)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)
ENVELOPES = st.builds(
    Envelope,
    event_id=WORDS,
    source=WORDS,
    kind=st.sampled_from(["file-written", "tool-called", "not-a-kind"]),
    app_id=st.from_regex(r"demo[0-9]{0,36}", fullmatch=True),
    data=st.dictionaries(WORDS, JSON, max_size=4),
    time=st.none() | st.just("2026-01-31T12:00:00.5+01:00"),
    sequence=st.none() | st.integers(0, 10**18 - 1),
    story_id=WORDS,
    causation_id=st.none() | WORDS,
    message_id=st.none() | WORDS,
    traceparent=st.none() | st.just("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
)


@given(ENVELOPES)
def test_structured_mode_brings_back_what_was_sent(event: Envelope) -> None:
    assert decode(STRUCTURED, {}, encode(event).encode()) == event


@given(ENVELOPES, st.sampled_from(AMQP_PREFIXES))
def test_binary_mode_over_amqp_brings_back_what_was_sent(event: Envelope, prefix: str) -> None:
    assert decode(*encode_binary(event, prefix)) == event


@given(ENVELOPES)
def test_binary_mode_over_http_brings_back_what_was_sent(event: Envelope) -> None:
    content_type, headers, body = encode_binary(event, "ce-")
    assert all(value.isascii() and value.isprintable() and " " not in value for value in headers.values())
    assert decode(content_type, headers, body, HTTP_PREFIXES) == event


def test_the_content_type_may_carry_a_charset_and_capitals() -> None:
    body = json.dumps(ATTRIBUTES | {"data": {"a": 1}}).encode()
    assert decode("Application/CloudEvents+JSON; charset=UTF-8", {}, body).data == {"a": 1}


def test_header_names_are_read_whatever_their_case() -> None:
    headers = {f"Ce-{name.title()}": value for name, value in ATTRIBUTES.items()}
    assert decode("application/json", headers, b"{}", HTTP_PREFIXES).event_id == "e-1"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),  # the binding's own example
        ('"quoted \\"word\\""', 'quoted "word"'),
        ("100%", "100%"),
        ("a%25b", "a%b"),
    ],
)
def test_http_header_values_are_percent_decoded(sent: str, meant: str) -> None:
    headers = {f"ce-{name}": value for name, value in ATTRIBUTES.items()} | {"ce-messageid": sent}
    assert decode("application/json", headers, b"{}", HTTP_PREFIXES).message_id == meant


def test_amqp_header_values_are_taken_as_they_are() -> None:
    headers = {f"cloudEvents:{name}": value for name, value in ATTRIBUTES.items()} | {"cloudEvents:messageid": "a%20b"}
    assert decode("application/json", headers, b"{}").message_id == "a%20b"


def test_foreign_headers_beside_the_attributes_are_ignored() -> None:
    headers: dict[Any, Any] = {f"cloudEvents:{name}": value for name, value in ATTRIBUTES.items()}
    headers |= {"x-death": [{"count": 3}], "cloudEvents:": "no name", "cloudEvents:Ünrest": 1, 7: 8, b"raw": None}
    assert decode("application/json", headers, b"{}").event_id == "e-1"


def test_an_event_without_a_story_begins_one() -> None:
    assert decode(STRUCTURED, {}, json.dumps(ATTRIBUTES).encode()).story_id == "e-1"


def test_a_malformed_traceparent_is_ignored_as_the_w3c_says() -> None:
    for wrong in ("00-0-0-00", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff"):
        assert decode(STRUCTURED, {}, json.dumps(ATTRIBUTES | {"traceparent": wrong}).encode()).traceparent is None


def test_of_doubled_json_keys_the_last_holds() -> None:
    body = json.dumps(ATTRIBUTES).replace('"id": "e-1"', '"id": "e-1", "id": "e-2"').encode()
    assert decode(STRUCTURED, {}, body).event_id == "e-2"


def test_an_attribute_in_two_spellings_is_refused() -> None:
    headers = {f"cloudEvents:{name}": value for name, value in ATTRIBUTES.items()} | {"cloudEvents_subject": "other"}
    with pytest.raises(BadEvent, match="subject: is given twice"):
        decode("application/json", headers, b"{}")
