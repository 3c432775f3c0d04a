"""Pictures from a provider over HTTP, held against the published description of its API, and without one."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from edge.egress import Egress
from edge.images import Declined, Placeholder, Provider, Unwell
from tests.edge.web import Answer, Asked, Web, web

PNG = b"\x89PNG\r\n\x1a\n and so on"
#: What the API says it takes, as far as it matters here: https://github.com/openai/openai-openapi, CreateImageRequest.
REQUEST = {
    "type": "object",
    "required": ["prompt"],
    "additionalProperties": False,
    "properties": {
        "prompt": {"type": "string", "maxLength": 32_000},
        "model": {"type": "string"},
        "n": {"type": "integer", "minimum": 1, "maximum": 10},
        "size": {"enum": ["auto", "1024x1024", "1536x1024", "1024x1536"]},
        "output_format": {"enum": ["png", "jpeg", "webp"]},
        "output_compression": {"type": "integer", "minimum": 0, "maximum": 100},
    },
}


@pytest.fixture
def api() -> Iterator[Web]:
    with web() as api:
        yield api


def provider(api: Web, model: str = "gpt-image-1") -> Provider:
    return Provider(api.url("/v1/"), "sk-5up3r53cr37", model, Egress("none", {api.address}))


def answers(api: Web, image: dict[str, Any]) -> None:
    """Answer as the API says it does, and only what it says it takes."""

    def page(asked: Asked) -> Answer:
        jsonschema.validate(json.loads(asked.body), REQUEST)
        return 200, {"content-type": "application/json"}, json.dumps({"created": 1, "data": [image]}).encode()

    api.pages["/v1/images/generations"] = page


def test_a_picture_comes_in_the_answer(api: Web) -> None:
    answers(api, {"b64_json": base64.b64encode(PNG).decode()})
    picture = provider(api).paint("a boat", "1024x1024", key="k", seconds=20)
    assert (picture.content, picture.suffix, picture.provider) == (PNG, "png", "gpt-image-1")
    (asked,) = api.asked
    assert (asked.headers["authorization"], asked.headers["idempotency-key"]) == ("Bearer sk-5up3r53cr37", "k")
    assert json.loads(asked.body)["output_format"] == "webp"


def test_or_where_the_answer_says(api: Web) -> None:
    answers(api, {"url": api.url("/picture")})
    api.pages["/picture"] = lambda _asked: (200, {}, b"RIFF....WEBP and so on")
    assert provider(api, "dall-e-3").paint("a boat", "auto", key="k", seconds=20).suffix == "webp"
    assert "output_format" not in json.loads(api.asked[0].body)


@pytest.mark.parametrize(
    "image", [{"b64_json": "no base64"}, {"b64_json": "PHN2Zz4="}, {"url": "http://127.0.0.1:1"}, {}]
)
def test_what_is_no_picture_is_not_taken_for_one(api: Web, image: dict[str, Any]) -> None:
    answers(api, image)
    with pytest.raises(Unwell):
        provider(api).paint("a boat", "auto", key="k", seconds=20)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [(429, {"retry_after": "7"}, 7.0), (500, {}, None), (503, {"retry_after": "soon"}, None)],
)
def test_a_provider_that_is_unwell_says_when_to_come_back(
    api: Web, status: int, headers: dict[str, str], expected: float | None
) -> None:
    api.says("/v1/images/generations", "{}", status=status, **headers)
    with pytest.raises(Unwell) as caught:
        provider(api).paint("a boat", "auto", key="k", seconds=20)
    assert caught.value.after == expected


@pytest.mark.parametrize(("status", "reason"), [(400, "not that"), (401, "FLEET_IMAGE_URL, _KEY or _MODEL is wrong")])
def test_a_provider_that_declines_says_why_and_never_the_key(api: Web, status: int, reason: str) -> None:
    error = {"type": "invalid_request_error", "message": "not that", "param": None, "code": "moderation_blocked"}
    api.says("/v1/images/generations", json.dumps({"error": error}), "application/json", status)
    with pytest.raises(Declined, match=reason) as caught:
        provider(api).paint("a boat", "auto", key="k", seconds=20)
    assert "5up3r" not in str(caught.value)


def test_a_placeholder_is_a_drawing_of_the_words() -> None:
    drawn = Placeholder().paint('<script>alert("x")</script> & more', "1536x1024", key="k", seconds=1)
    assert drawn == Placeholder().paint('<script>alert("x")</script> & more', "1536x1024", key="other", seconds=1)
    root = ET.fromstring(drawn.content)
    assert (root.get("width"), root.get("aria-label")) == ("1536", '<script>alert("x")</script> & more')
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}
