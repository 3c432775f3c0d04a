"""Following a stream: nothing missed, nothing doubled, whatever ends the connection."""

import asyncio
import json
from contextlib import aclosing
from http.server import ThreadingHTTPServer

import pytest

from gateway.cli.console import Trouble
from gateway.cli.follow import Fact, Stream
from gateway.cli.running import Fleet
from tests.gateway.cli.conftest import STATE, Script
from tests.patience import PATIENCE


def frame(seq: int, **fact: object) -> bytes:
    data = json.dumps({"seq": seq, "app_id": "demo", **fact})
    return f"id: e.{seq}\nevent: progress\ndata: {data}\n\n".encode()


def take(stream: Stream, count: int) -> list[Fact]:
    async def collect() -> list[Fact]:
        found = []
        async with aclosing(stream.facts()) as facts, asyncio.timeout(PATIENCE):
            async for fact in facts:
                found.append(fact)
                if len(found) == count:
                    break
        return found

    return asyncio.run(collect())


def test_it_goes_on_after_the_last_event_it_has_seen(fleet: Fleet, script: Script) -> None:
    script.streams = [frame(1) + frame(2), b"retry: 1\n\n", frame(3)]
    assert [fact["seq"] for fact in take(Stream(fleet, "demo"), 3)] == [1, 2, 3]
    assert [asked["cursor"] for asked in script.asked] == [None, "e.2", "e.2"]


def test_an_event_that_was_cut_off_is_asked_for_again(fleet: Fleet, script: Script) -> None:
    script.streams = [frame(1) + frame(2)[:-3], frame(2)]
    assert [fact["seq"] for fact in take(Stream(fleet, "demo"), 2)] == [1, 2]
    assert script.asked[1]["cursor"] == "e.1"


def test_a_checkpoint_without_data_moves_the_cursor(fleet: Fleet, script: Script) -> None:
    script.streams = [b"id: e.7\n\n", frame(8)]
    take(Stream(fleet, "demo"), 1)
    assert script.asked[1]["cursor"] == "e.7"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_gateway_that_is_busy_is_asked_again(fleet: Fleet, script: Script, status: int) -> None:
    script.streams = [frame(1), status, frame(2)]
    assert [fact["seq"] for fact in take(Stream(fleet, "demo"), 2)] == [1, 2]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_ends_it_with_the_reason(fleet: Fleet, script: Script, status: int) -> None:
    script.streams = [frame(1), status]
    with pytest.raises(Trouble, match=f"said {status}"):
        take(Stream(fleet, "demo"), 2)


def test_filters_and_a_place_to_begin_are_handed_on(fleet: Fleet, script: Script) -> None:
    script.streams = [frame(1)]
    take(Stream(fleet, "demo", ("progress", "file-stored"), "m 1", "0"), 1)
    assert script.asked[0] == {
        "path": "/v1/apps/demo/events",
        "query": {"kinds": ["progress,file-stored"], "message_id": ["m 1"]},
        "cursor": "0",
    }


def test_a_reset_is_shown_and_gone_on_from(fleet: Fleet, script: Script) -> None:
    script.streams = [b'id: f.9\nevent: reset\ndata: {"head": "f.9"}\n\n', frame(10)]
    found = take(Stream(fleet, "demo", cursor="e.1"), 2)
    assert [fact["kind"] for fact in found] == ["reset", "progress"]
    assert [asked["cursor"] for asked in script.asked] == ["e.1", "f.9"]


def test_nothing_is_begun_before_there_is_a_place_to_go_on_from(fleet: Fleet, script: Script) -> None:
    order: list[str] = []

    async def opened() -> None:
        order.append(f"opened after {len(script.asked)}")

    script.streams = [b"retry: 1\n\n", STATE, frame(1)]
    order += [str(fact["seq"]) for fact in take(Stream(fleet, "demo", opened=opened), 1)]
    assert order == ["opened after 2", "1"]
    assert [(asked["query"], asked["cursor"]) for asked in script.asked] == [
        ({"state": ["1"]}, None),
        ({"state": ["1"]}, None),
        ({}, "e.0"),
    ]


def test_a_gateway_that_is_still_starting_is_waited_for(fleet: Fleet, script: Script) -> None:
    script.streams = [503, frame(1)]
    assert [fact["seq"] for fact in take(Stream(fleet, "demo"), 1)] == [1]


def test_nobody_there_says_how_to_start_it(fleet: Fleet, gateway: ThreadingHTTPServer) -> None:
    gateway.shutdown()
    gateway.server_close()
    with pytest.raises(Trouble, match="start it with `make up`"):
        take(Stream(fleet, "demo"), 1)


def test_what_is_no_json_object_is_passed_over(fleet: Fleet, script: Script) -> None:
    script.streams = [b"data: nonsense\n\ndata: [1]\n\n" + frame(1)]
    assert [fact["seq"] for fact in take(Stream(fleet, "demo"), 1)] == [1]
