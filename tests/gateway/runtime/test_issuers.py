"""An app may believe somebody else's tokens: for itself alone, for its users alone, and never more than it says."""

import asyncio
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode

from contracts.tenant import tenant_of
from edge.egress import Egress
from gateway.problem import Problem
from gateway.runtime import end_tokens
from gateway.runtime.end_tokens import Expired, Invalid
from gateway.runtime.issuers import Issuers, Vouched
from gateway.runtime.keyring import Ring
from tests.gateway.conftest import token
from tests.gateway.runtime.conftest import App

SECRET = "the-jwt-secret-of-a-project-on-supabase"
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def said(app_id: str, **changed: Any) -> dict[str, Any]:
    """Return what Supabase writes into a user's token."""
    usual = {"sub": "ann-of-supabase", "exp": time.time() + 600, "aud": "authenticated", "role": "authenticated",
             "app_metadata": {"app_id": app_id}}  # fmt: skip
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Where an issuer's public key lies."""
    document = json.dumps({"keys": [{**json.loads(ECAlgorithm.to_jwk(KEY.public_key())), "kid": "one"}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/keys"
        server.shutdown()
        serving.join()


def read(bearer: str, url: str, *, secret: bytes | None = None, reach: bool = True) -> Vouched:
    """Return whom a token is about in the app `mine`."""
    issuers = Issuers(Egress("public", {url.split("/")[2]} if reach else ()))
    ring = Ring("shared", {}, url, secret, 0)
    return asyncio.run(issuers.read(bearer, end_tokens.peek(bearer), ring, "mine"))


def by(key: Any, algorithm: str = "ES256", kid: str | None = "one", **changed: Any) -> str:
    return jwt.encode(said("mine", **changed), key, algorithm, headers={"kid": kid} if kid else None)


def test_whom_an_issuers_key_vouches_for_is_believed(issuer: str) -> None:
    assert read(by(KEY), issuer) == Vouched("ann-of-supabase", None)
    assert read(by(KEY, kid=None), issuer).subject == "ann-of-supabase"
    assert read(by(KEY, aud="app:mine", app_metadata=None), issuer).subject == "ann-of-supabase"
    assert read(by(KEY, app_metadata={"app_id": "mine", "tenant_id": "t"}), issuer).tenant == "t"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "app:other"},
        {"aud": ["authenticated", "app:mine"]},
        {"aud": "fleet"},
        {"app_metadata": None},
        {"app_metadata": {"app_id": "other"}},
        {"aud": "app:mine", "app_metadata": {"app_id": "other"}},
        {"role": "service_role"},
        {"role": "anon"},
        {"sub": ""},
        {"sub": "*"},
        {"sub": "x" * 300},
        {"sub": "a\u0000b"},
        {"sub": None},
        {"exp": None},
    ],
)
def test_a_token_that_is_not_a_users_of_this_app_is_nobodys(issuer: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(by(KEY, **changed), issuer)


def test_no_other_key_and_no_other_algorithm_will_do(issuer: str) -> None:
    signing, _dot, _signature = by(SECRET, "HS256").rpartition(".")
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with_public_key = base64url_encode(hmac.digest(public, signing.encode(), "sha256")).decode()
    forged = [by(OTHER), by(OTHER, kid=None), by(KEY, kid="two")]
    for bearer in [*forged, f"{signing}.{with_public_key}", by("", "none"), by(SECRET, "HS256")]:
        with pytest.raises(Invalid):
            read(bearer, issuer)
    with pytest.raises(Expired):
        read(by(KEY, exp=time.time() - 5), issuer)


def test_an_issuer_within_the_house_is_not_asked(issuer: str) -> None:
    with pytest.raises(Problem, match="cannot be reached"):
        read(by(KEY), issuer, reach=False)


def test_a_projects_secret_lets_its_users_in_and_is_shown_to_nobody(app: App) -> None:
    def me(bearer: str, **where: Any) -> httpx.Response:
        with app.ask(bearer, **where) as client:
            return client.get("/api/auth/me")

    bearer = jwt.encode(said(app.app_id), SECRET, "HS256")
    assert me(bearer).status_code == 401
    with app.gateway.client(token(app.app_id, role="editor")) as editor:
        answer = editor.put(f"/v1/apps/{app.app_id}/auth", json={"supabase_jwt_secret": SECRET})
        assert (answer.status_code, SECRET in answer.text) == (200, False)
        refused = editor.get(f"/v1/apps/{app.app_id}/violations").json()["violations"]
        assert [(one["reason"], one["count"]) for one in refused] == [("VALIDATION_ERROR", 1)]
    assert me(bearer).json() == {"user_id": "ann-of-supabase", "email": None, "anonymous": False}
    ours, other = tenant_of(app.app_id, "production"), tenant_of(app.app_id, "development")
    for tenant, status in ((str(ours), 200), (f"app_{app.app_id}_tenant", 200), (str(other), 403)):
        named = said(app.app_id, app_metadata={"app_id": app.app_id, "tenant_id": tenant})
        assert me(jwt.encode(named, SECRET, "HS256")).status_code == status
    assert me(app.sign_up("bob")["access_token"]).status_code == 200  # its own users are still its users
    with app.gateway.client(token(app.app_id, role="editor")) as editor:
        editor.put(f"/v1/apps/{app.app_id}/auth", json={})
    assert me(bearer).status_code == 401
