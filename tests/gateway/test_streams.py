"""Streams of a real gateway on real services: what a client hears, and what it never misses."""

import asyncio
import signal
import socket
from collections.abc import Callable

import psycopg
import pytest

from tests.gateway.client import Stream
from tests.gateway.conftest import Author, Gateway, token
from tests.patience import PATIENCE

Follow = Callable[..., Stream]


def test_the_first_thing_said_is_how_long_to_wait_before_coming_back(follow: Follow) -> None:
    async def scene() -> None:
        async with follow() as stream:
            await stream.until_opened()
            assert stream.heard[0].fields == {"retry": "2000"}
            for header in (b"text/event-stream; charset=utf-8", b"no-cache, no-transform", b"x-accel-buffering: no"):
                assert header in stream.head

    asyncio.run(scene())


def test_a_stream_starts_at_now_and_its_frames_are_what_was_committed(
    follow: Follow, author: Author, app_id: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 3)
        async with follow("?state=1") as stream:
            await stream.next("state")
            author.write(app_id, path="a\nb", kind="file-stored")
            heard = await stream.next("file-stored")
            assert heard.seq == 4
            assert heard.data["seq"] == 4
            assert heard.data["path"] == "a\nb"
            assert heard.data["app_id"] == app_id

    asyncio.run(scene())


def test_whoever_has_been_greeted_misses_nothing_from_then_on(follow: Follow, author: Author, app_id: str) -> None:
    async def scene() -> None:
        for seq in range(1, 31):
            async with follow() as stream:
                await stream.until_opened()
                author.write(app_id)
                await stream.until_cursor(seq)
                assert stream.seqs == [seq]

    asyncio.run(scene())


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_stream_resumes_behind_its_cursor_whichever_way_it_is_given(
    follow: Follow, author: Author, app_id: str, way: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 450)
        async with follow("?last_event_id=0") as stream:
            await stream.until_cursor(450)
            assert stream.seqs == list(range(1, 451))
            epoch = stream.last_cursor.partition(".")[0]
        cursor = f"{epoch}.40"
        options = {"cursor": cursor} if way == "header" else {"query": f"?last_event_id={cursor}"}
        async with follow(**options) as stream:
            author.write(app_id)
            await stream.until_cursor(451)
            assert stream.seqs == list(range(41, 452))

    asyncio.run(scene())


@pytest.mark.parametrize("cursor", ["junk", "0000000000.3", "id%01.3", "-1"])
def test_a_cursor_of_another_history_is_reset_and_the_stream_goes_on(
    follow: Follow, author: Author, app_id: str, cursor: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 5)
        async with follow(f"?last_event_id={cursor}") as stream:
            reset = await stream.next("reset")
            assert reset.seq == 5
            assert reset.data["head"] == reset.cursor
            author.write(app_id)
            assert (await stream.next("progress")).seq == 6

    asyncio.run(scene())


def test_a_cursor_that_retention_ate_or_that_lies_ahead_is_reset(
    follow: Follow, author: Author, app_id: str, database_url: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 9)
        async with follow("?state=1") as stream:
            epoch = (await stream.next("state")).cursor.partition(".")[0]
        with psycopg.connect(database_url) as owner:
            owner.execute("select set_config('fleet.app_id', %s, false)", (app_id,))
            owner.execute("alter table fleet.progress no force row level security")
            owner.execute("delete from fleet.progress where app_id = %s and seq <= 4", (app_id,))
            owner.execute("alter table fleet.progress force row level security")
        for cursor in (f"{epoch}.3", f"{epoch}.10"):
            async with follow(cursor=cursor) as stream:
                assert (await stream.next("reset")).seq == 9
        async with follow(cursor=f"{epoch}.4") as stream:
            await stream.until_cursor(9)
            assert stream.seqs == [5, 6, 7, 8, 9]
        async with follow(cursor="0") as stream:
            await stream.until_cursor(9)
            assert stream.seqs == [5, 6, 7, 8, 9]

    asyncio.run(scene())


def test_a_lost_last_push_arrives_all_the_same(follow: Follow, author: Author, app_id: str) -> None:
    async def scene() -> None:
        async with follow("?state=1") as stream:
            await stream.next("state")
            author.write(app_id, push=False)
            await stream.until_cursor(1)
            assert stream.seqs == [1]

    asyncio.run(scene())


def test_lost_doubled_and_overtaking_pushes_leave_no_mark(follow: Follow, author: Author, app_id: str) -> None:
    async def scene() -> None:
        async with follow("?state=1") as stream:
            await stream.next("state")
            steps = author.write(app_id, 6, push=False)
            for place in (5, 1, 1, 0, 3, 5):
                author.push(app_id, steps[place])
            await stream.until_cursor(6)
            assert stream.seqs == [1, 2, 3, 4, 5, 6]

    asyncio.run(scene())


def test_a_filter_shows_only_what_is_asked_for_and_moves_the_cursor_past_the_rest(
    follow: Follow, author: Author, app_id: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 3)
        author.write(app_id, kind="file-stored", message_id="m")
        author.write(app_id, 250)
        async with follow("?kinds=file-stored,file-rejected&last_event_id=0") as stream:
            await stream.until_cursor(254)
            assert stream.seqs == [4]
            assert stream.heard[-1].kind == ""
        async with follow("?message_id=m&last_event_id=0") as stream:
            await stream.until_cursor(254)
            assert stream.seqs == [4]

    asyncio.run(scene())


def test_a_state_comes_first_and_the_stream_goes_on_from_exactly_there(
    follow: Follow, author: Author, app_id: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 7)
        async with follow("?state=1") as stream:
            state = await stream.next("state")
            assert state.seq == 7
            assert state.data["stream"]["head"] == state.cursor
            author.write(app_id)
            assert (await stream.next("progress")).seq == 8

    asyncio.run(scene())


def test_a_token_that_stands_in_a_url_is_given_no_way_into_the_preview(follow: Follow, app_id: str) -> None:
    async def scene() -> None:
        in_url = f"?state=1&access_token={token(app_id, ttl=60, stream=True)}"
        for options in ({"query": in_url, "token": None}, {"query": "?state=1", "token": token(app_id, stream=True)}):
            async with follow(**options) as stream:
                assert (await stream.next("state")).data["preview"]["open_url"] is None
                assert not any("ticket" in str(block) for block in stream.heard)
        async with follow("?state=1") as stream:
            assert "ticket=" in (await stream.next("state")).data["preview"]["open_url"]

    asyncio.run(scene())


def test_a_bumped_epoch_resets_streams_that_are_open(
    follow: Follow, author: Author, app_id: str, database_url: str
) -> None:
    async def scene() -> None:
        author.write(app_id, 2)
        async with follow("?last_event_id=0") as stream:
            await stream.until_cursor(2)
            before = stream.last_cursor.partition(".")[0]
            with psycopg.connect(database_url) as owner:
                owner.execute("update fleet.epoch set bumps = bumps + 1")
            reset = await stream.next("reset")
            assert not reset.cursor.startswith(before)
            assert reset.seq == 2
            author.write(app_id)
            assert (await stream.next("progress")).cursor == reset.cursor.replace(".2", ".3")

    asyncio.run(scene())


def test_a_stream_ends_with_its_token(follow: Follow, app_id: str) -> None:
    async def scene() -> None:
        async with follow(token=token(app_id, ttl=2)) as stream:
            await stream.until_ended()
            assert (stream.status, stream.cleanly) == (200, True)

    asyncio.run(scene())


def test_a_stalled_reader_is_let_go_and_resumes_without_loss(
    served: Gateway, follow: Follow, author: Author, app_id: str
) -> None:
    async def scene() -> None:
        stalled = socket.socket()
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", served.port))
        request = f"GET /v1/apps/{app_id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(app_id)}\r\n\r\n"
        stalled.sendall(request.encode())
        async with follow("?state=1") as quick:
            await quick.next("state")
            for _ in range(60):
                await asyncio.to_thread(author.write, app_id, 10, message="x" * 2_000)
            await quick.until_cursor(600)
            assert quick.seqs == list(range(1, 601))
        got = await asyncio.to_thread(_drained, stalled)
        last = int(got.rpartition(b"\nid: ")[2].partition(b".")[2].partition(b"\n")[0])
        assert last < 600, "the reader was never too slow"
        epoch = quick.last_cursor.partition(".")[0]
        async with follow(cursor=f"{epoch}.{last - 1}") as resumed:
            await resumed.until_cursor(600)
            assert resumed.seqs == list(range(last, 601))

    asyncio.run(scene())


def _drained(stalled: socket.socket) -> bytes:
    """Read what was sent until the other side hung up."""
    stalled.settimeout(PATIENCE)
    got = b""
    try:
        while chunk := stalled.recv(65_536):
            got += chunk
    except ConnectionResetError:
        pass
    finally:
        stalled.close()
    return got


def test_more_streams_than_allowed_are_told_to_come_back_later(new_gateway: Callable[..., Gateway]) -> None:
    small = new_gateway(FLEET_MAX_STREAMS="2")
    small.until_ready()

    async def scene() -> None:
        async with (
            Stream(small.url, "demo", token()),
            Stream(small.url, "demo", token()),
            Stream(small.url, "demo", token()) as third,
        ):
            await third.until_ended()
            assert (third.status, third.cleanly) == (200, True)
            assert int(third.heard[0].fields["retry"]) >= 10_000

    asyncio.run(scene())


def test_sigterm_lets_every_stream_go_cleanly_and_ends(
    new_gateway: Callable[..., Gateway], author: Author, app_id: str
) -> None:
    gateway = new_gateway()
    gateway.until_ready()

    async def scene() -> None:
        streams = [await Stream(gateway.url, app_id, token(), "?state=1").open() for _ in range(100)]
        await asyncio.gather(*(stream.next("state") for stream in streams))
        author.write(app_id)
        await asyncio.gather(*(stream.until_cursor(1) for stream in streams))
        assert await asyncio.to_thread(gateway.end) == 0
        for stream in streams:
            await stream.until_ended()
            await stream.close()
        assert all(stream.cleanly and stream.seqs == [1] for stream in streams)

    asyncio.run(scene())
    assert gateway.said("ended")


def test_two_hundred_streams_of_a_killed_gateway_resume_exactly_at_another(
    new_gateway: Callable[..., Gateway], author: Author, app_id: str
) -> None:
    first, second = new_gateway(), new_gateway()
    first.until_ready()
    second.until_ready()

    async def scene() -> None:
        streams = [await Stream(first.url, app_id, token(), "?last_event_id=0").open() for _ in range(200)]
        await asyncio.to_thread(author.write, app_id, 20)
        await asyncio.gather(*(stream.until_cursor(10) for stream in streams))
        assert await asyncio.to_thread(first.end, signal.SIGKILL) == -signal.SIGKILL
        await asyncio.to_thread(author.write, app_id, 20)
        for stream in streams:
            await stream.until_ended()
        resumed = [await Stream(second.url, app_id, token(), cursor=stream.last_cursor).open() for stream in streams]
        await asyncio.to_thread(author.write, app_id, 20)
        await asyncio.gather(*(stream.until_cursor(60) for stream in resumed))
        for before, after in zip(streams, resumed, strict=True):
            assert before.seqs + after.seqs == list(range(1, 61))
            await before.close()
            await after.close()

    asyncio.run(scene())
