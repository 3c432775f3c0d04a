"""An app's users sign up, in and out; whatever else somebody shows is refused, and leaves its mark."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import token
from tests.gateway.runtime.conftest import PASSWORD, App


def me(app: App, bearer: str | None, **where: Any) -> httpx.Response:
    with app.ask(bearer, **where) as client:
        return client.get("/api/auth/me")


def post(client: httpx.Client, path: str, **said: Any) -> httpx.Response:
    with client:
        return client.post(f"/api/auth/{path}", json=said)


def test_who_signs_up_has_signed_in_and_is_known_by_an_address_however_written(app: App) -> None:
    ann = app.sign_up("Ann")
    assert me(app, ann["access_token"]).json() == ann["user"]
    assert (ann["user"]["email"], ann["user"]["anonymous"]) == ("ann@example.com", False)
    again = post(app.ask(), "sign-in", email=" ANN@example.com ", password=PASSWORD)
    assert (again.status_code, again.json()["user"]) == (200, ann["user"])
    assert again.headers["cache-control"] == "no-store"
    assert post(app.ask(), "sign-up", email="ann@example.com", password=PASSWORD).status_code == 409


def test_a_wrong_password_and_an_unknown_address_are_told_alike(app: App) -> None:
    app.sign_up("ann")
    wrong = post(app.ask(), "sign-in", email="ann@example.com", password="not this")
    unknown = post(app.ask(), "sign-in", email="bob@example.com", password="not this")
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert wrong.status_code == 401


def test_on_its_own_host_an_app_needs_no_header(app: App) -> None:
    signed = post(app.at_home(), "sign-up", email="ann@example.com", password=PASSWORD).json()
    with app.at_home(signed["access_token"]) as client:
        answer = client.get("/api/auth/me")
        assert answer.json()["email"] == "ann@example.com"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert me(app, signed["access_token"]).status_code == 200


def test_a_previews_users_are_nobody_in_production(app: App) -> None:
    preview = app.sign_up("ann", data="development")
    assert post(app.ask(), "sign-in", email="ann@example.com", password=PASSWORD).status_code == 401
    refused = me(app, preview["access_token"])
    assert (refused.status_code, refused.json()["reason"]) == (403, "TENANT_MISMATCH")
    with app.at_home(preview["access_token"], "preview") as client:
        assert client.get("/api/auth/me").status_code == 200


def test_a_private_previews_api_is_for_those_who_may_look(app: App) -> None:
    with app.gateway.client(token(app.app_id, role="editor")) as client:
        assert client.put(f"/v1/apps/{app.app_id}/preview", json={"private": True}).status_code == 200
    assert post(app.at_home(environment="preview"), "anonymous").status_code == 401
    assert post(app.at_home(environment="staging"), "anonymous").status_code == 201


def test_somebody_without_a_name_signs_up_later_and_stays_who_they_were(app: App) -> None:
    nameless = post(app.ask(), "anonymous").json()
    assert nameless["user"]["anonymous"]
    named = post(app.ask(nameless["access_token"]), "sign-up", email="ann@example.com", password=PASSWORD).json()
    assert named["user"]["user_id"] == nameless["user"]["user_id"]
    taken = post(app.ask(), "anonymous").json()["access_token"]
    assert post(app.ask(taken), "sign-up", email="ann@example.com", password=PASSWORD).status_code == 409


def test_a_session_is_renewed_and_a_stolen_renewal_ends_it(app: App, gateway_does: Callable[..., list[Any]]) -> None:
    ann = app.sign_up("ann")
    first = post(app.ask(), "refresh", refresh_token=ann["refresh_token"]).json()
    gateway_does(app.app_id, "update fleet.refresh_tokens set used_at = used_at + interval '1 hour'")
    tab = post(app.ask(), "refresh", refresh_token=ann["refresh_token"])
    assert tab.status_code == 200  # another tab of the same page, in the same moment
    assert me(app, first["access_token"]).status_code == 200
    gateway_does(app.app_id, "update fleet.refresh_tokens set used_at = used_at - interval '2 hours'")
    assert post(app.ask(), "refresh", refresh_token=ann["refresh_token"]).status_code == 401
    for bearer in (ann, first, tab.json()):
        assert me(app, bearer["access_token"]).status_code == 401
        assert post(app.ask(), "refresh", refresh_token=bearer["refresh_token"]).status_code == 401


def test_signing_out_ends_one_session_or_all(app: App) -> None:
    sessions = [app.sign_up("ann")]
    sessions += [post(app.ask(), "sign-in", email="ann@example.com", password=PASSWORD).json() for _ in range(2)]
    tokens = [session["access_token"] for session in sessions]
    assert post(app.ask(tokens[0]), "sign-out").status_code == 204
    assert [me(app, each).status_code for each in tokens] == [401, 200, 200]
    assert post(app.ask(tokens[1]), "sign-out", everywhere=True).status_code == 204
    assert [me(app, each).status_code for each in tokens] == [401, 401, 401]
    assert post(app.ask(), "refresh", refresh_token=sessions[2]["refresh_token"]).status_code == 401


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "ann", "password": PASSWORD}, "email"),
        ({"email": "a\u0000@b.c", "password": PASSWORD}, "email"),
        ({"email": "ann@example.com", "password": "short"}, "password"),
        ({"email": "ann@example.com", "password": "x" * 300}, "password"),
        ({"email": "ann@example.com", "password": PASSWORD, "user_id": "me"}, "user_id"),
        ({}, "email"),
        ([], "data"),
    ],
)
def test_what_cannot_be_signed_up_with_names_its_field(app: App, said: Any, field: str) -> None:
    with app.ask() as client:
        answer = client.post("/api/auth/sign-up", json=said)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert PASSWORD not in answer.text


def test_nothing_but_json_is_read(app: App) -> None:
    with app.ask() as client:
        form = client.post("/api/auth/sign-in", content="{}", headers={"content-type": "text/plain"})
        assert form.status_code == 415
        assert client.post("/api/auth/sign-in", content=b"x" * 20_000).status_code == 413


def test_whoever_guesses_passwords_has_to_wait(app: App) -> None:
    with app.ask() as client:
        said = {"email": "ann@example.com", "password": "guess"}
        answers = (client.post("/api/auth/sign-in", json=said) for _ in range(1_000))
        refused = next(answer for answer in answers if answer.status_code != 401)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert post(app.ask(), "sign-in", email="bob@example.com", password="guess").status_code == 401


def test_an_app_that_nobody_created_has_no_users(app: App) -> None:
    nowhere = App("nobody-made-this", app.gateway, app.near)
    assert post(nowhere.ask(), "anonymous").status_code == 404
    assert post(nowhere.at_home(), "anonymous").status_code == 404
    with app.gateway.client() as client:
        assert client.post("/api/auth/anonymous").status_code == 400
    assert post(App("Not_A_Name", app.gateway, app.near).ask(), "anonymous").status_code == 404
