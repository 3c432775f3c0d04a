"""A token is believed where it was meant to be, as what it was signed for, and by nobody else."""

import base64
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt

from contracts.settings import Settings
from gateway.runtime.sealing import Sealer
from tests.gateway.conftest import SECRET, token
from tests.gateway.runtime.conftest import App
from tests.patience import until

ME = "/api/auth/me"
Rows = Callable[..., list[Any]]


def claims(bearer: str, **changed: Any) -> dict[str, Any]:
    found = {**jwt.decode(bearer, options={"verify_signature": False}), **changed}
    return {name: value for name, value in found.items() if value is not None}


def key_of(bearer: str) -> str:
    return str(jwt.get_unverified_header(bearer)["kid"])


def told(app: App, bearer: str, **where: Any) -> tuple[int, str | None]:
    with app.ask(bearer, **where) as client:
        answer = client.get(ME)
    return answer.status_code, answer.json().get("reason")


def logged(rows: Rows, app: App) -> dict[str, int]:
    found = rows(app.app_id, "select reason, sum(count) from fleet.violations group by reason")
    return {reason: int(count) for reason, count in found}


def test_what_nobody_signed_is_a_401_and_is_written_down(app: App, gateway_does: Rows) -> None:
    mine = app.sign_up("ann")["access_token"]
    kid, said = {"kid": key_of(mine)}, claims(mine)
    header, _claims, signature = mine.split(".")
    service = base64.urlsafe_b64encode(json.dumps({**said, "sub": "*"}).encode()).rstrip(b"=").decode()
    forged = [
        jwt.encode(said, "x" * 32, "HS256", headers=kid),
        jwt.encode(said, "", "none", headers=kid),
        jwt.encode(said, SECRET, "HS256"),
        f"{header}.{service}.{signature}",
        f"{header}.{service}.",
        "nonsense",
        "a.b.c",
        "x" * 10_000,
    ]
    assert {told(app, each) for each in forged} == {(401, "VALIDATION_ERROR")}
    assert logged(gateway_does, app) == {"VALIDATION_ERROR": len(forged)}
    assert told(app, mine) == (200, None)  # and nobody is suspended for what others forge


def test_a_key_of_its_own_does_not_make_any_claim_good(app: App, gateway_does: Rows) -> None:
    """As if the app's key had leaked: membership and session still have to be ours."""
    mine, other = app.sign_up("ann")["access_token"], app.sign_up("bob")["access_token"]
    sealed = gateway_does(app.app_id, "select sealed from fleet.app_keys")[0][0]
    key = unsealed(sealed)

    def signed(**changed: Any) -> str:
        return jwt.encode(claims(mine, **changed), key, "HS256", headers={"kid": key_of(mine)})

    bob = claims(other)["sub"]
    assert told(app, signed()) == (200, None)
    assert told(app, signed(sub=bob)) == (403, "HMAC_MISMATCH")
    assert told(app, signed(sub="*")) == (403, "HMAC_MISMATCH")
    assert told(app, signed(tenant=str(uuid.uuid4()))) == (403, "TENANT_MISMATCH")
    assert told(app, signed(sid=str(uuid.uuid4()))) == (401, None)
    assert told(app, signed(exp=time.time() - 60)) == (401, None)
    for changed in ({"aud": "fleet"}, {"aud": "app:other"}, {"aud": ["app:x", f"app:{app.app_id}"]}, {"aud": None},
                    {"exp": None}, {"sub": None}, {"sub": 5}, {"sid": "x"}, {"member": "zz"}, {"member": None},
                    {"nbf": time.time() + 600}, {"exp": "soon"}):  # fmt: skip
        assert told(app, signed(**changed)) == (401, "VALIDATION_ERROR" if changed.get("aud") != "fleet" else None)


def unsealed(sealed: str) -> bytes:
    """Open what the gateway sealed, as only it can: with what its secret makes."""
    settings = Settings.model_validate({"jwt_secret": SECRET})
    return Sealer(settings).open(sealed)


def test_another_apps_token_is_no_good_here_and_is_suspended_at_home(
    app: App, new_app: Callable[[str], App], gateway_does: Rows
) -> None:
    other = new_app(f"{app.app_id}-b")
    app.sign_up("ann")
    theirs = other.sign_up("eve")
    user = theirs["user"]["user_id"]
    for _ in range(10):
        assert told(app, theirs["access_token"]) == (403, "TENANT_MISMATCH")
    assert told(other, theirs["access_token"]) == (403, None)
    assert logged(gateway_does, other) == {"TENANT_MISMATCH": 10}
    said = gateway_does(other.app_id, "select body::jsonb from fleet.progress where kind = 'access-suspended'")
    assert [(one["reason"], one["subject"], one["seconds"]) for (one,) in said] == [("TENANT_MISMATCH", user, 900)]
    with other.ask() as client:
        renewed = client.post("/api/auth/refresh", json={"refresh_token": theirs["refresh_token"]}).json()
    assert told(other, renewed["access_token"]) == (200, None)  # the token was suspended, not its bearer


def test_a_token_of_the_fleet_and_one_of_an_apps_user_never_stand_in_for_each_other(app: App) -> None:
    mine = app.sign_up("ann")["access_token"]
    with app.gateway.client(mine) as client:
        for path in (
            "/v1/apps",
            f"/v1/apps/{app.app_id}",
            f"/v1/apps/{app.app_id}/files",
            f"/v1/apps/{app.app_id}/events",
        ):
            assert client.get(path).status_code == 401, path
        assert client.post("/v1/events", json={}).status_code == 401
    for control in (token(app.app_id, role="operator"), token(role="operator"), token(app.app_id, stream=True)):
        with app.at_home(control) as client:
            assert client.get(ME).status_code == 401
        with app.gateway.client() as client:
            as_cookie = {"cookie": f"fleet_token={control}", "x-app-id": app.app_id}
            assert client.get(ME, headers=as_cookie).status_code == 401
    assert told(app, token("another", role="editor"))[0] == 403
    assert told(app, token(role="editor"))[0] == 403
    assert told(app, token(app.app_id, role="viewer"))[0] == 403


def test_headers_do_not_lead_elsewhere(app: App, new_app: Callable[[str], App]) -> None:
    other = new_app(f"{app.app_id}-b")
    mine = app.sign_up("ann")["access_token"]
    with app.at_home(mine, **{"x-app-id": other.app_id}) as client:
        assert client.get(ME).json()["reason"] == "TENANT_MISMATCH"
    with app.at_home(mine, host=f"{other.app_id}.localhost") as client:
        assert client.get(ME).status_code == 200  # whose host it was the edge has said
    spoofed = {"x-edge-app": app.app_id, "x-edge-environment": "production", "x-app-id": other.app_id}
    with app.gateway.client(mine) as client:
        assert client.get(ME, headers=spoofed).json()["reason"] == "TENANT_MISMATCH"
        assert client.get(ME, headers={"x-edge-app": app.app_id}).status_code == 400


def test_no_token_reaches_the_log(app: App) -> None:
    ann = app.sign_up("ann")
    with app.ask(ann["access_token"]) as client:
        client.get(f"{ME}?email=eq.secret@example.com")
    until(lambda: any("/api/auth/me" in str(line) for line in app.gateway.lines), "the request was logged")
    said = json.dumps(app.gateway.lines)
    assert ann["access_token"] not in said
    assert ann["refresh_token"] not in said
    assert "secret@example.com" not in said
