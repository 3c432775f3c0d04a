"""A watched folder: first as one event, then change by change, through whatever the gateway does."""

import asyncio
import hashlib
import io
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import running
from gateway.cli.console import Trouble
from gateway.cli.folder import Folder
from gateway.cli.running import Fleet
from gateway.cli.watching import Watch
from tests.gateway.cli.conftest import Script
from tests.patience import PATIENCE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "app"
    (place / "src").mkdir(parents=True)
    (place / "src" / "App.tsx").write_text("one")
    (place / "index.html").write_text("<p>")
    (place / ".gitignore").write_text("*.log\n")
    return place


class Session:
    """A watch under way, and the events that the server got."""

    def __init__(self, script: Script) -> None:
        self._script, self._seen = script, 0

    async def next(self) -> dict[str, Any]:
        """Wait for the next event."""
        assert await asyncio.to_thread(self._script.posted.acquire, timeout=PATIENCE)
        self._seen += 1
        event: dict[str, Any] = self._script.events[self._seen - 1]
        return event

    def skip(self) -> None:
        """Pass by what an earlier watch has sent."""
        self._seen = len(self._script.events)

    async def changes(self) -> list[tuple[str, str]]:
        data = (await self.next())["data"]
        return [(change.get("operation", "write"), change["path"]) for change in data.get("files", [data])]


class Screen(io.StringIO):
    """A standard output that tells when something was printed."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = threading.Semaphore(0)

    def flush(self) -> None:
        self.shown.release()


def watch(fleet: Fleet, folder: Path, script: Script, play: Callable[[Session], Awaitable[None]]) -> None:
    """Watch the folder while a play is played."""

    async def both() -> None:
        watching = asyncio.create_task(Watch(fleet, Folder(folder, 1_000, print), "demo", as_json=False).run())
        playing = asyncio.ensure_future(play(Session(script)))
        await asyncio.wait({watching, playing}, return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        (ended,) = await asyncio.gather(watching, return_exceptions=True)
        if not isinstance(ended, asyncio.CancelledError):
            playing.cancel()
            raise ended if isinstance(ended, BaseException) else AssertionError(ended)
        playing.result()

    asyncio.run(asyncio.wait_for(both(), PATIENCE))


async def nothing(_session: Session) -> None:
    await asyncio.Event().wait()


def test_a_folder_is_one_event_and_then_its_changes(fleet: Fleet, folder: Path, script: Script) -> None:
    async def play(session: Session) -> None:
        first = await session.next()
        assert [change["path"] for change in first["data"]["files"]] == [".gitignore", "index.html", "src/App.tsx"]
        (folder / "src" / "App.tsx").write_text("two")
        second = await session.next()
        assert second["data"] == {"path": "src/App.tsx", "content": "two"}
        assert first["source"] == second["source"]
        assert int(second["sequence"]) == int(first["sequence"]) + 1
        (folder / "src" / "App.tsx").unlink()
        assert await session.changes() == [("delete", "src/App.tsx")]
        (folder / "index.html").rename(folder / "main.html")
        assert await session.changes() == [("rename", "main.html")]

    watch(fleet, folder, script, play)


def test_a_folder_that_comes_or_goes_takes_its_files_along(
    fleet: Fleet, folder: Path, script: Script, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.ts").write_text("a")
    (tmp_path / "outside" / "b.log").write_text("b")

    async def play(session: Session) -> None:
        await session.next()
        (tmp_path / "outside").rename(folder / "inside")
        assert await session.changes() == [("write", "inside/a.ts")]
        (folder / "inside").rename(tmp_path / "outside")
        assert await session.changes() == [("delete", "inside/a.ts")]

    watch(fleet, folder, script, play)


def test_an_editors_atomic_save_is_one_write(fleet: Fleet, folder: Path, script: Script) -> None:
    async def play(session: Session) -> None:
        await session.next()
        (folder / "src" / ".App.tsx.swp").write_text("swap")
        (folder / "src" / "App.tsx~").write_text("two")
        (folder / "src" / "App.tsx~").rename(folder / "src" / "App.tsx")
        assert (await session.next())["data"] == {"path": "src/App.tsx", "content": "two"}

    watch(fleet, folder, script, play)


def test_what_changes_while_the_gateway_is_away_is_caught_up(fleet: Fleet, folder: Path, script: Script) -> None:
    async def play(session: Session) -> None:
        await session.next()
        script.answers = [503, 503]
        (folder / "src" / "App.tsx").write_text("two")
        first = await session.next()
        (folder / "src" / "App.tsx").write_text("three")
        (folder / "b.ts").write_text("b")
        again, accepted = await session.next(), await session.next()
        assert first["id"] == again["id"] == accepted["id"]
        assert await session.changes() == [("write", "b.ts"), ("write", "src/App.tsx")]

    watch(fleet, folder, script, play)


def test_a_change_of_the_rules_brings_in_what_was_ignored(fleet: Fleet, folder: Path, script: Script) -> None:
    (folder / "a.log").write_text("a")

    async def play(session: Session) -> None:
        await session.next()
        (folder / ".gitignore").write_text("")
        assert sorted(await session.changes()) == [("write", ".gitignore"), ("write", "a.log")]

    watch(fleet, folder, script, play)


def test_a_refused_event_is_said_and_the_next_save_tries_again(
    fleet: Fleet, folder: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play(session: Session) -> None:
        await session.next()
        script.answers = [422]
        (folder / "a.ts").write_text("a")
        await session.next()
        (folder / "a.ts").touch()
        assert (await session.next())["data"] == {"path": "a.ts", "content": "a"}

    watch(fleet, folder, script, play)
    assert "not published: data.path: is odd" in capsys.readouterr().err


def test_what_does_not_render_is_stored_all_the_same_and_can_be_deleted(
    fleet: Fleet, folder: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)

    async def play(session: Session) -> None:
        story = (await session.next())["id"]
        script.live.put(f'id: e.1\nevent: preview-failed\ndata: {{"story_id": "{story}"}}\n\n'.encode())
        assert await asyncio.to_thread(screen.shown.acquire, timeout=PATIENCE)
        (folder / "index.html").unlink()
        assert await session.changes() == [("delete", "index.html")]

    watch(fleet, folder, script, play)


@pytest.mark.usefixtures("gateway")
def test_a_folder_that_is_too_much_is_said_and_nothing_is_sent(
    folder: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEET_MAX_APP_FILES", "2")
    (folder / "src" / "App.tsx").write_text("x" * 90)
    with pytest.raises(Trouble, match="has 3 files, more than the 2"):
        watch(running.find(), folder, script, nothing)
    assert not script.events


def test_a_refused_token_ends_it(fleet: Fleet, folder: Path, script: Script) -> None:
    script.answers = [403]
    with pytest.raises(Trouble):
        watch(fleet, folder, script, nothing)


def test_what_was_deleted_while_nobody_watched_leaves_the_app_if_it_is_still_the_folders(
    fleet: Fleet, folder: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("mine.ts", "changed.ts", "lost.ts", "ignored.ts"):
        (folder / name).write_text(name)

    async def first(session: Session) -> None:
        await session.next()
        (folder / "late.ts").write_text("late")
        await session.next()
        (folder / "ignored.ts").write_text("more")
        await session.next()

    watch(fleet, folder, script, first)
    script.files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in THERE.items()}
    for name in ("mine.ts", "changed.ts", "lost.ts", "late.ts"):
        (folder / name).unlink()
    (folder / ".gitignore").write_text("ignored.ts\n")

    async def second(session: Session) -> None:
        session.skip()
        changes = await session.changes()
        assert changes[:2] == [("delete", "late.ts"), ("delete", "mine.ts")]
        assert {operation for operation, _path in changes[2:]} == {"write"}
        assert "changed.ts" not in dict(changes).values()

    watch(fleet, folder, script, second)
    said = capsys.readouterr().err
    assert "deleted while nobody watched, and now from demo, too: late.ts, mine.ts\n" in said
    assert "deleted here, but changed in demo since, and so left there: changed.ts\n" in said


#: What the app has by then: others wrote into it, too.
THERE = {"mine.ts": "mine.ts", "changed.ts": "by the generator", "theirs.ts": "theirs.ts", "late.ts": "late"}


def test_an_empty_folder_empties_no_app(
    fleet: Fleet, folder: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once(session: Session) -> None:
        await session.next()

    watch(fleet, folder, script, once)
    script.files = {"index.html": hashlib.sha256(b"<p>").hexdigest()}
    for path in (folder / ".gitignore", folder / "index.html", folder / "src" / "App.tsx"):
        path.unlink()
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)

    async def again(session: Session) -> None:
        session.skip()
        assert await asyncio.to_thread(screen.shown.acquire, timeout=PATIENCE)
        assert "is empty: nothing of demo is deleted for that" in screen.getvalue()
        (folder / "new.ts").write_text("new")
        assert await session.changes() == [("write", "new.ts")]

    watch(fleet, folder, script, again)
