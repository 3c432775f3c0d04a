"""Poison: whatever arrives, decoding says which field is wrong and why, and nothing else escapes."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import HTTP_PREFIXES, STRUCTURED, decode
from contracts.errors import BadEvent

ATTRIBUTES = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/rails",
    "type": "overskill.file-written",
    "subject": "demo",
}
DEEP = 20_000
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.decimals(),
    st.datetimes(),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def flaws(content_type: Any, headers: Any, body: bytes) -> dict[str, str]:
    with pytest.raises(BadEvent) as caught:
        decode(content_type, headers, body)
    assert str(caught.value)
    return {flaw.field: flaw.reason for flaw in caught.value.flaws}


def structured(**changes: Any) -> dict[str, str]:
    return flaws(STRUCTURED, {}, json.dumps(ATTRIBUTES | changes).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"data": NaN}',
        b'{"data": {"a": [1e999]}}',
        b'{"data": ' + b"9" * 5_000 + b"}",
        rb'{"data": "\ud800"}',
        b"<event/>",
        b"\x00" * 100,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_not_a_json_object_is_named(body: bytes) -> None:
    assert flaws(STRUCTURED, {}, body).keys() == {"body"}


def test_five_mebibytes_of_nonsense_are_refused_in_a_short_sentence() -> None:
    found = flaws(STRUCTURED, {}, b"x" * 5 * 1024 * 1024)
    assert len(found["body"]) < 100


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", None, 5, b"application/json", {}])
def test_a_wrong_content_type_says_which_one_to_send(content_type: Any) -> None:
    found = flaws(content_type, {}, json.dumps(ATTRIBUTES).encode())
    assert STRUCTURED in found["content-type"]


def test_binary_mode_of_something_else_than_json_is_refused() -> None:
    headers = {f"cloudEvents:{name}": value for name, value in ATTRIBUTES.items()}
    assert "application/json" in flaws("application/protobuf", headers, b"\x08\x01")["datacontenttype"]


@pytest.mark.parametrize("missing", ATTRIBUTES)
def test_a_missing_attribute_is_named(missing: str) -> None:
    body = json.dumps({name: value for name, value in ATTRIBUTES.items() if name != missing}).encode()
    assert flaws(STRUCTURED, {}, body).keys() == {missing}


def test_all_flaws_are_said_at_once() -> None:
    assert structured(specversion="0.3", id="", subject="Not An App", data=[]).keys() == {
        "specversion",
        "id",
        "subject",
        "data",
    }


@pytest.mark.parametrize("name", [*ATTRIBUTES, "time", "storyid", "causationid", "messageid", "traceparent"])
@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, "", "a\x00b", "a\nb", "x" * 256], ids=repr)
def test_an_attribute_that_is_no_printable_word_is_named(name: str, value: Any) -> None:
    assert name in structured(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "com.example.made"),
        ("type", "overskill"),
        ("time", "yesterday"),
        ("time", "2026-01-31"),
        ("time", "2026-01-31T12:00:00"),
        ("sequence", -1),
        ("sequence", 1.5),
        ("sequence", True),
        ("sequence", "1\n"),
        ("sequence", "\u0661"),
        ("sequence", "1" * 19),
        ("sequence", {}),
        ("data", None),
        ("data", "text"),
        ("data_base64", "e30="),
        ("datacontenttype", "text/plain"),
        ("datacontenttype", {}),
        ("datacontenttype", None),
    ],
)
def test_an_attribute_of_the_wrong_form_is_named(name: str, value: Any) -> None:
    assert structured(**{name: value}).keys() == {name}


@pytest.mark.parametrize("junk", [None, 1, 1.5, True, b"raw", {"a": 1}, [1], Decimal(1)], ids=repr)
def test_binary_mode_with_junk_in_every_header_names_every_attribute(junk: Any) -> None:
    found = flaws("application/json", {f"cloudEvents:{name}": junk for name in ATTRIBUTES}, b"{}")
    assert found.keys() == ATTRIBUTES.keys()


def test_a_thousand_headers_are_no_trouble() -> None:
    headers = {f"cloudEvents:extension{number}": str(number) for number in range(1_000)}
    assert "id" in flaws("application/json", headers, b"{}")
    assert "1000" not in str(flaws("application/json", headers, b"{}"))


def test_a_header_that_is_not_percent_encoded_utf_8_is_named() -> None:
    headers = {f"ce-{name}": value for name, value in ATTRIBUTES.items()} | {"ce-source": "%ff%fe"}
    with pytest.raises(BadEvent, match="source: is not percent-encoded UTF-8"):
        decode("application/json", headers, b"{}", HTTP_PREFIXES)


@given(st.dictionaries(st.sampled_from([*ATTRIBUTES, "data", "time", "sequence", "datacontenttype"]), JUNK))
def test_no_structured_event_escapes_otherwise_than_as_a_bad_event(event: dict[str, Any]) -> None:
    with contextlib.suppress(BadEvent):
        decode(STRUCTURED, {}, json.dumps(event, default=repr).encode())


@given(
    JUNK,
    st.dictionaries(st.none() | st.integers() | st.binary(max_size=9) | st.text(max_size=9), JUNK)
    | st.dictionaries(st.sampled_from([f"cloudEvents:{name}" for name in ATTRIBUTES]), JUNK),
    st.binary(max_size=50),
)
def test_no_message_escapes_otherwise_than_as_a_bad_event(content_type: Any, headers: Any, body: bytes) -> None:
    for media in (content_type, "application/json"):
        for prefixes in (("cloudEvents:", "cloudEvents_"), HTTP_PREFIXES):
            with pytest.raises(BadEvent):
                decode(media, headers, body, prefixes)


SECRET = "sk-live-5up3r53cr37"


@pytest.mark.parametrize("name", [*ATTRIBUTES, "time", "sequence", "data", "datacontenttype", "messageid"])
def test_no_value_is_quoted_back(name: str) -> None:
    assert SECRET not in str(structured(**{name: [SECRET]}))
    assert SECRET not in str(structured(**{"specversion": 1, name: SECRET + "\n"}))


def test_broken_json_is_not_quoted_back() -> None:
    assert SECRET not in str(flaws(STRUCTURED, {}, f'{{"key": "{SECRET}" "broken"}}'.encode()))
