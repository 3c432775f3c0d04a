"""A pass is good for one app, one purpose and a while."""

import time

import jwt
import pytest

from gateway.preview.passes import COOKIE_SECONDS, NONCE_SECONDS, TICKET_SECONDS, Passes
from gateway.preview.visitor import Visitor
from gateway.tokens import mint
from sql.pages import Access

KEY = b"k" * 32


@pytest.fixture
def signed() -> Passes:
    return Passes(KEY)


def cookie(signed: Passes, app_id: str, *, safe: bool) -> str:
    return signed.cookies(app_id, safe=safe)[0].partition(";")[0]


def test_a_ticket_lets_in_to_its_app(signed: Passes) -> None:
    assert signed.takes(signed.ticket("one"), "one")
    assert not signed.takes(signed.ticket("one"), "other")


def test_no_pass_is_another(signed: Passes) -> None:
    value = cookie(signed, "one", safe=False).partition("=")[2]
    assert not signed.takes(value, "one")
    ticket = signed.ticket("one")
    assert signed.expiry(f"fleet_preview={ticket}", "one", safe=False) is None
    token = mint(KEY.decode(), role="operator", apps=("*",), ttl=60)
    assert not signed.takes(token, "one")


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", jwt.encode({"aud": "fleet-preview", "sub": "one"}, KEY)])
def test_what_we_did_not_sign_lets_nobody_in(signed: Passes, forged: str) -> None:
    assert not signed.takes(forged, "one")
    unsigned = jwt.encode({"aud": "fleet-preview", "sub": "one", "exp": 2**40}, "", algorithm="none")
    assert not signed.takes(unsigned, "one")


@pytest.mark.parametrize("safe", [True, False])
def test_a_cookie_is_found_among_others_and_says_until_when(signed: Passes, safe: bool) -> None:
    cookies = f'a="b; c"; {cookie(signed, "one", safe=safe)}; fleet_preview=x'
    until = signed.expiry(cookies, "one", safe=safe)
    assert until == pytest.approx(time.time() + COOKIE_SECONDS, abs=2)
    assert signed.expiry(cookies, "other", safe=safe) is None
    assert signed.expiry(cookies, "one", safe=not safe) is None


def test_a_pass_runs_out(signed: Passes, monkeypatch: pytest.MonkeyPatch) -> None:
    then = time.time() - TICKET_SECONDS - 1
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: then)
        ticket = signed.ticket("one")
    assert not signed.takes(ticket, "one")
    assert signed.gave(ticket, "one")
    assert not signed.gave(ticket, "other")
    assert not signed.gave(f"{ticket}x", "one")


def test_a_nonce_is_of_one_app_and_runs_out(signed: Passes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signed.is_nonce(signed.nonce("one"), "one")
    assert not signed.is_nonce(signed.nonce("one"), "other")
    assert not signed.is_nonce(signed.ticket("one"), "one")
    then = time.time() - NONCE_SECONDS - 1
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: then)
        nonce = signed.nonce("one")
    assert not signed.is_nonce(nonce, "one")


@pytest.mark.parametrize("private", [True, False])
def test_no_stream_lasts_half_as_long_as_the_nonce_that_it_brings(signed: Passes, private: bool) -> None:
    who = Visitor("one", safe=False, cookies=cookie(signed, "one", safe=False))
    until = who.until(Access(private, ()), signed)
    assert until is not None
    assert until - time.time() < NONCE_SECONDS / 2
