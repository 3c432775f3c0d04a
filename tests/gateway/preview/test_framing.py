"""Whose pages may frame an answer: the app's setting says so wherever it is known, and nobody's where it is not."""

import asyncio
import time

import httpx
import pytest

from gateway.history import PostgresHistory
from gateway.preview.gate import NOBODY, Gate
from gateway.preview.passes import TICKET_SECONDS, Passes
from gateway.preview.visitor import Visitor
from sql.database import role_url
from tests.gateway.conftest import Author, Gateway, token
from tests.gateway.preview.conftest import carried, edge, revise, store

EDITOR = "https://editor.example"
ALLOWED = f"frame-ancestors 'self' {EDITOR}"


@pytest.fixture
def framed(author: Author, gateway: Gateway, app_id: str) -> str:
    """A private app that an editor may frame."""
    store(author, app_id, public_in_embed__html=b"<h1>Mine</h1>", public_in_drawn__svg=b"<svg/>")
    with gateway.client(token(app_id, role="editor")) as client:
        assert client.put(f"/v1/apps/{app_id}/preview", json={"frame_ancestors": [EDITOR]}).status_code == 200
    return app_id


def policies(answer: httpx.Response) -> list[str]:
    """Return what an answer says of who may frame it."""
    said = answer.headers["content-security-policy"].split(";")
    return [one.strip() for one in said if "frame-ancestors" in one]


@pytest.mark.parametrize("path", ["/", "/some/where", "/embed.html", "/drawn.svg"])
@pytest.mark.parametrize("drawn", [True, False])
def test_all_that_an_app_shows_follows_its_setting(
    origin: httpx.Client, author: Author, framed: str, passes: Passes, *, path: str, drawn: bool
) -> None:
    if drawn:
        revise(author, framed, main="1")
    answer = origin.get(path, headers=edge(framed, cookie=carried(passes, framed)))
    assert (answer.status_code, policies(answer)) == (200, [ALLOWED])


def test_what_is_said_of_a_private_app_and_of_none_is_framed_by_nobody(origin: httpx.Client, framed: str) -> None:
    for app_id in (framed, "nobody-at-all"):
        for path in ("/", "/__fleet/open?ticket=x"):
            answer = origin.get(path, headers=edge(app_id))
            assert (answer.status_code, policies(answer)) == (401, [NOBODY])


def test_an_editor_shows_that_its_ticket_came_too_late(
    origin: httpx.Client, framed: str, passes: Passes, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = time.time() - TICKET_SECONDS - 1
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: then)
        ticket = passes.ticket(framed)
    answer = origin.get(f"/__fleet/open?ticket={ticket}", headers=edge(framed))
    assert (answer.status_code, policies(answer)) == (401, [ALLOWED])


def test_while_the_database_is_away_the_setting_is_remembered_for_those_it_let_in(
    framed: str, passes: Passes, database_url: str
) -> None:
    async def scene() -> None:
        history = PostgresHistory(role_url(database_url, "fleet_gateway"), name="framing")
        await history.open()
        gate = Gate(history, passes)
        inside = Visitor(framed, safe=False, cookies=carried(passes, framed))
        assert gate.remembered(inside) == NOBODY
        assert await gate.admit(inside)
        await history.close()
        assert gate.remembered(inside) == ALLOWED
        assert gate.remembered(Visitor(framed, safe=False, cookies="")) == NOBODY

    asyncio.run(scene())
