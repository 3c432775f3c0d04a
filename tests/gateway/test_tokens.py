"""A token says who may do what, where and for how long."""

import jwt
import pytest

from gateway import tokens

SECRET = "a secret of more than thirty-two bytes"


def test_a_token_holds_what_the_gateway_asks_for() -> None:
    claims = jwt.decode(
        tokens.mint(SECRET, role="publisher", apps=("demo",), ttl=60), SECRET, algorithms=["HS256"], audience="fleet"
    )
    assert claims["role"] == "publisher"
    assert claims["apps"] == ["demo"]
    assert claims["exp"] - claims["iat"] == 60


def test_a_stream_token_opens_streams_only() -> None:
    token = tokens.mint(SECRET, role="viewer", apps=("demo",), ttl=60, stream=True)
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(token, SECRET, algorithms=["HS256"], audience="fleet")


@pytest.mark.parametrize(
    ("role", "apps", "ttl"),
    [("editor", ("demo",), 60), ("viewer", ("demo", "shop"), 60), ("viewer", ("*",), 60), ("viewer", ("demo",), 901)],
)
def test_a_stream_token_is_never_strong(role: str, apps: tuple[str, ...], ttl: float) -> None:
    with pytest.raises(ValueError, match="viewer of one app"):
        tokens.mint(SECRET, role=role, apps=apps, ttl=ttl, stream=True)
