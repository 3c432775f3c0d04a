"""A message's tools over HTTP, fetched whole and followed from there."""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg

from gateway import conversation
from sql import messages
from sql.database import role_url
from tests.gateway.client import Stream
from tests.gateway.conftest import Author, Gateway, token


def fetch(served: Gateway, app_id: str, message_id: str = "m") -> dict[str, Any]:
    with served.client(token(app_id)) as client:
        found: dict[str, Any] = client.get(f"/v1/apps/{app_id}/messages/{message_id}").json()
        return found


def test_a_message_is_fetched_whole_and_followed_from_its_head(
    served: Gateway, author: Author, app_id: str, follow: Callable[..., Stream]
) -> None:
    def say(kind: str = "progress", **fact: Any) -> None:
        author.write(app_id, kind=kind, message_id="m", tool_index=0, iteration=0, at="2026-01-31T12:00:00", **fact)

    async def scene() -> None:
        say(stage="writing", progress=30)
        author.write(app_id, message_id="another", tool_index=0, progress=10)
        found = fetch(served, app_id)
        assert (found["app_id"], found["status"], found["progress"]) == (app_id, "executing", 30)
        head = found["stream"]["head"]
        assert head.endswith(".2")
        async with follow(f"?message_id=m&last_event_id={head}") as stream:
            say(stage="updating_preview", progress=60)
            conversation.take(found, (await stream.next("progress")).data)
            say("tool-completed", tool="os-write", details={"lines": 1})
            conversation.take(found, (await stream.next("tool-completed")).data)
        whole = fetch(served, app_id)
        assert {**whole, "stream": None} == {**found, "stream": None}
        assert (whole["status"], whole["progress"]) == ("completed", 100)

    asyncio.run(scene())


def test_what_is_too_much_at_once_comes_from_the_stream(author: Author, app_id: str, database_url: str) -> None:
    async def said(count: int) -> tuple[int, list[int]]:
        url = role_url(database_url, "fleet_gateway")
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as tx:
            head, steps = await messages.said(tx, app_id, "m", count)
        return head, [step.seq for step in steps]

    author.write(app_id, message_id="m", tool_index=0)
    author.write(app_id)
    author.write(app_id, message_id="m", tool_index=0)
    author.write(app_id)
    assert asyncio.run(said(3)) == (4, [1, 3])
    assert asyncio.run(said(1)) == (1, [1])


def test_a_message_is_for_those_who_hold_its_app(served: Gateway, author: Author, app_id: str) -> None:
    author.write(app_id, message_id="m", tool_index=0)
    with served.client(token("other")) as client:
        assert client.get(f"/v1/apps/{app_id}/messages/m").status_code == 403
        assert client.get("/v1/apps/other/messages/m").status_code == 404
    with served.client(token(app_id)) as client:
        assert client.get(f"/v1/apps/{app_id}/messages/nobodys").status_code == 404
        assert client.get(f"/v1/apps/{app_id}/messages/a%00b").status_code == 404
