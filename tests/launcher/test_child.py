"""A child is started, watched, restarted and ended, whatever it does."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from gateway.launcher.child import Child, State
from gateway.launcher.process_unit import ProcessUnit
from gateway.launcher.programs import Program
from gateway.launcher.unit import StartFailed
from gateway.launcher.voice import Voice
from tests.patience import PATIENCE

READY = 'import signal, sys, time; print(\'{"event": "ready"}\', flush=True); '
OBEDIENT = READY + "signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY + "\nwhile True: signal.pause()"
MUTE = "import signal; signal.pause()"
BROKEN = "raise SystemExit('there is no bread')"


class Nursery:
    """Makes children from a few lines of Python, and sees how they fare."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said = io.StringIO()
        self._changed = asyncio.Event()

    @property
    def said(self) -> str:
        return self._said.getvalue()

    def child(self, script: str, *, patience: float = PATIENCE, start_seconds: float = PATIENCE) -> Child:
        voice = Voice(Console(file=self._said))
        program = Program(arguments=[sys.executable, "-c", script], environment=os.environ, directory=self._folder)
        log = self._folder / "baker.log"
        unit = ProcessUnit("baker", "worker", program, log, voice, patience=patience, start_seconds=start_seconds)
        return Child(unit, voice, self._changed.set)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def nursery(tmp_path: Path) -> Nursery:
    return Nursery(tmp_path)


def gone(pid: int | None) -> bool:
    assert pid is not None
    return not psutil.pid_exists(pid)


def test_a_child_is_ready_when_it_says_so_and_ends_when_told(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(OBEDIENT)
        await child.begin()
        pid = child.unit.pid
        await child.end(asyncio.Event())
        assert child.state is State.ENDED
        assert gone(pid)

    asyncio.run(story())


def test_a_killed_child_is_started_again_and_that_is_said(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(OBEDIENT)
        await child.begin()
        first = child.unit.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await nursery.until(lambda: child.state is State.READY and child.restarts == 1)
        assert child.unit.pid != first
        assert "ended with status -9; again in 0.5 s" in nursery.said
        await child.end(asyncio.Event())

    asyncio.run(story())


def test_a_child_that_never_gets_ready_is_given_up_with_its_last_words(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(BROKEN)
        with pytest.raises(StartFailed, match="baker ended, saying: there is no bread"):
            await child.begin()
        assert child.restarts == 2
        await child.end(asyncio.Event())

    asyncio.run(story())


def test_a_child_that_ignores_the_request_is_killed(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(DEAF, patience=0.2)
        await child.begin()
        pid = child.unit.pid
        await child.end(asyncio.Event())
        assert gone(pid)
        assert "did not end in time: killed" in nursery.said

    asyncio.run(story())


def test_hurrying_kills_a_patiently_awaited_child(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(DEAF, patience=10 * PATIENCE)
        await child.begin()
        hurry = asyncio.Event()
        ending = asyncio.create_task(child.end(hurry))
        await nursery.until(lambda: child.state is State.ENDING)
        hurry.set()
        async with asyncio.timeout(PATIENCE):
            await ending
        assert gone(child.unit.pid)

    asyncio.run(story())


def test_a_child_can_be_ended_while_it_starts(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(MUTE, start_seconds=10 * PATIENCE)
        beginning = asyncio.create_task(child.begin())
        await nursery.until(lambda: child.state is State.STARTING)
        async with asyncio.timeout(PATIENCE):
            await child.end(asyncio.Event())
        with pytest.raises(asyncio.CancelledError):
            await beginning
        assert gone(child.unit.pid)

    asyncio.run(story())


def test_a_child_can_be_ended_while_it_rests(nursery: Nursery) -> None:
    async def story() -> None:
        child = nursery.child(BROKEN)
        beginning = asyncio.create_task(child.begin())
        await nursery.until(lambda: child.state is State.RESTING)
        await child.end(asyncio.Event())
        with pytest.raises(asyncio.CancelledError):
            await beginning

    asyncio.run(story())


def test_what_a_child_says_goes_whole_to_its_log_and_short_to_the_terminal(nursery: Nursery, tmp_path: Path) -> None:
    line = '{"event": "baked", "level": "info", "timestamp": "2026-01-01", "loaves": 3}'

    async def story() -> None:
        child = nursery.child(f"print('{line}', flush=True); print('x' * 300_000, flush=True); " + OBEDIENT)
        await child.begin()
        await child.end(asyncio.Event())
        assert line in (tmp_path / "baker.log").read_text().splitlines()
        assert "baker          baked  loaves=3" in nursery.said

    asyncio.run(story())
