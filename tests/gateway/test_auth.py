"""Tokens: whose are believed, for what, and for how long."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from contracts.settings import Settings
from gateway import keys
from gateway.auth import Authority, Caller
from gateway.guard import Guard
from gateway.keys import Keys
from gateway.problem import Problem

SECRET = "a-secret-for-these-tests-only-123456"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def claims(**changed: Any) -> dict[str, Any]:
    usual = {"sub": "me", "exp": time.time() + 60, "aud": "fleet", "role": "editor", "apps": ["demo"], **changed}
    return {name: value for name, value in usual.items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def authority(**settings: Any) -> Authority:
    return Authority(Keys(Settings.model_validate({"jwt_secret": SECRET, **settings})))


def verified(token: str, **settings: Any) -> Caller:
    return asyncio.run(authority(**settings).verify(token))


def refusal(token: str, **settings: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        verified(token, **settings)
    return refused.value


def test_a_token_says_who_may_do_what_to_which_apps() -> None:
    caller = verified(signed())
    assert (caller.subject, caller.role) == ("me", "editor")
    assert caller.holds("demo")
    assert not caller.holds("other")
    assert caller.at_least("viewer")
    assert not caller.at_least("publisher")


def test_a_star_is_every_app() -> None:
    assert verified(signed(apps=["*"])).holds("whatever")


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"exp": 1},
        {"sub": None},
        {"aud": None},
        {"aud": "app:demo"},
        {"aud": ["fleet", "app:demo"]},
        {"aud": "other"},
        {"role": None},
        {"role": "root"},
        {"role": ["operator"]},
        {"apps": None},
        {"apps": "*"},
        {"apps": [1]},
        {"sub": 5},
        {"nbf": 10**10},
    ],
)
def test_whatever_is_odd_about_a_token_it_is_a_401(changed: dict[str, Any]) -> None:
    problem = refusal(signed(**changed))
    assert problem.status == 401
    assert problem.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_without_signature_or_with_anothers_is_refused() -> None:
    assert refusal(signed("x" * 32)).status == 401
    assert refusal(jwt.encode(claims(), "", algorithm="none")).status == 401
    header, body, _signature = signed().split(".")
    assert refusal(f"{header}.{body}.").status == 401


@pytest.mark.parametrize("junk", ["", "a", "a.b.c", "ä.ö.ü", "x" * 10_000, "\ud800"])
def test_junk_is_refused(junk: str) -> None:
    assert refusal(junk).status == 401


def test_a_verified_token_is_not_believed_past_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        known = authority()
        end = time.time() + 60
        token = signed(exp=end)
        await known.verify(token)
        monkeypatch.setattr(time, "time", lambda: end)
        with pytest.raises(Problem, match="expired"):
            await known.verify(token)

    asyncio.run(scene())


STREAM = {"aud": "fleet-stream", "role": "viewer"}


def test_a_stream_token_is_for_a_viewer_of_one_app_for_a_quarter_of_an_hour() -> None:
    assert verified(signed(**STREAM)).audience == "fleet-stream"
    now = time.time()
    weak: list[dict[str, Any]] = [
        {"role": "editor"},
        {"apps": ["a", "b"]},
        {"apps": ["*"]},
        {"apps": []},
        {"exp": now + 1_000},
    ]
    for changed in [*weak, {"exp": now + 60, "iat": now - 3_600}]:
        assert refusal(signed(**{**STREAM, **changed})).status == 401


def request(method: str = "GET", query: str = "", **headers: str) -> dict[str, Any]:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "headers": raw, "query_string": query.encode()}


def guarded(scope: dict[str, Any], *, stream: bool = False) -> Caller:
    guard = Guard(authority(), ("https://editor.example",))
    return asyncio.run(guard.stream_caller(scope, "demo") if stream else guard.caller(scope))


def test_a_token_in_the_url_opens_streams_only_and_only_if_it_is_weak() -> None:
    weak = f"access_token={signed(**STREAM)}"
    assert guarded(request(query=weak), stream=True).subject == "me"
    for refused, stream in [(weak, False), (f"access_token={signed()}", True), (f"access_token={signed()}", False)]:
        with pytest.raises(Problem) as problem:
            guarded(request(query=refused), stream=stream)
        assert problem.value.status == 401


def test_a_stream_token_does_nothing_but_open_streams() -> None:
    with pytest.raises(Problem) as problem:
        guarded(request(authorization=f"Bearer {signed(**STREAM)}"))
    assert problem.value.status == 401


def test_a_stream_of_an_app_that_the_token_is_not_for_is_a_403() -> None:
    with pytest.raises(Problem) as problem:
        guarded(request(authorization=f"Bearer {signed(apps=['other'])}"), stream=True)
    assert problem.value.status == 403


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://editor.example", True), ("http://gw:1", True), ("https://evil.example", False), ("null", False)],
)
def test_a_cookie_writes_only_from_pages_of_ours(origin: str, allowed: bool) -> None:
    scope = request("POST", cookie=f"a=b; fleet_token={signed()}", origin=origin, host="gw:1")
    if allowed:
        assert guarded(scope).subject == "me"
    else:
        with pytest.raises(Problem) as problem:
            guarded(scope)
        assert problem.value.status == 403


def test_a_cookie_reads_from_anywhere_and_writes_from_nowhere_unnamed() -> None:
    cookie = f"fleet_token={signed()}"
    assert guarded(request(cookie=cookie)).subject == "me"
    with pytest.raises(Problem) as problem:
        guarded(request("DELETE", cookie=cookie, host="gw:1"))
    assert problem.value.status == 403


class Issuer:
    """A real server of keys, which can be taken away."""

    def __init__(self) -> None:
        self.asked, self.away = 0, False
        self.listed = [self.rsa_key("one"), self.ec_key("two")]
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                body = json.dumps({"keys": issuer.listed}).encode()
                self.send_response(500 if issuer.away else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    @staticmethod
    def rsa_key(kid: str) -> dict[str, Any]:
        return {**json.loads(RSAAlgorithm.to_jwk(RSA.public_key())), "kid": kid, "use": "sig"}

    @staticmethod
    def ec_key(kid: str) -> dict[str, Any]:
        return {**json.loads(ECAlgorithm.to_jwk(EC.public_key())), "kid": kid}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    thread = threading.Thread(target=issuer.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()
    thread.join()


def test_keys_of_an_issuer_check_rs256_and_es256(issuer: Issuer) -> None:
    async def scene() -> None:
        known = authority(jwks_url=issuer.url)
        for token in (signed(RSA, "RS256", "one"), signed(EC, "ES256", "two"), signed(RSA, "RS256"), signed()):
            assert (await known.verify(token)).subject == "me"
        assert issuer.asked == 1

    asyncio.run(scene())


def test_a_public_key_is_no_shared_secret_and_good_for_one_algorithm(issuer: Issuer) -> None:
    modulus = base64.urlsafe_b64decode(issuer.listed[0]["n"] + "==")
    assert refusal(signed(modulus, "HS256", "one"), jwks_url=issuer.url, jwt_secret=None).status == 401
    assert refusal(signed(EC, "ES256", "one"), jwks_url=issuer.url).status == 401
    assert refusal(signed(RSA, "RS512", "one"), jwks_url=issuer.url).status == 401
    issuer.listed[0]["use"] = "enc"
    assert refusal(signed(RSA, "RS256", "one"), jwks_url=issuer.url).status == 401


def test_unknown_keys_are_asked_for_but_a_flood_of_them_is_not(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        known = authority(jwks_url=issuer.url)
        for number in range(20):
            with pytest.raises(Problem):
                await known.verify(signed(RSA, "RS256", f"made-up-{number}"))
        assert issuer.asked == 1
        issuer.listed.append(issuer.rsa_key("new"))
        monkeypatch.setattr(keys, "_REFRESH_AT_MOST_EVERY", 0.0)
        assert (await known.verify(signed(RSA, "RS256", "new"))).subject == "me"

    asyncio.run(scene())


def test_keys_outlive_their_issuer_and_without_any_nobody_is_blamed(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_REFRESH_AT_MOST_EVERY", 0.0)
    monkeypatch.setattr(keys, "_REFRESH_AFTER", 0.0)

    async def scene() -> None:
        known = authority(jwks_url=issuer.url)
        issuer.away = True
        with pytest.raises(Problem) as problem:
            await known.verify(signed(RSA, "RS256", "one"))
        assert problem.value.status == 503
        issuer.away = False
        await known.verify(signed(RSA, "RS256", "one"))
        issuer.away = True
        assert (await known.verify(signed(RSA, "RS256", "one", sub="other"))).subject == "other"

    asyncio.run(scene())
