"""A terminal that is closed, whoever leads its session."""

import asyncio
import os
import pty
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from gateway.launcher import terminal
from tests.patience import PATIENCE


@dataclass
class Terminal:
    """Both ends of a terminal."""

    outside: int
    inside: int


@pytest.fixture
def screen() -> Iterator[Terminal]:
    made = Terminal(*pty.openpty())
    yield made
    for descriptor in (made.outside, made.inside):
        with suppress(OSError):
            os.close(descriptor)


def test_a_closed_terminal_is_noticed_once(screen: Terminal) -> None:
    ends: list[str] = []

    async def play() -> None:
        gone = asyncio.Event()

        def note() -> None:
            ends.append("gone")
            gone.set()

        with terminal.watched(screen.inside, note):
            os.close(screen.outside)
            await asyncio.wait_for(gone.wait(), PATIENCE)
            await asyncio.sleep(0)

    asyncio.run(play())
    assert ends == ["gone"]


def test_what_is_typed_is_neither_the_end_nor_taken_away(screen: Terminal) -> None:
    async def play() -> None:
        with terminal.watched(screen.inside, lambda: pytest.fail("it is still open")):
            os.write(screen.outside, b"words\n")
            typed = await asyncio.to_thread(os.read, screen.inside, 100)
            assert typed == b"words\n"

    asyncio.run(play())


def test_a_file_has_no_end_to_wait_for() -> None:
    async def play() -> None:
        reading, writing = os.pipe()
        with terminal.watched(reading, lambda: pytest.fail("it is no terminal")):
            os.close(writing)
            await asyncio.sleep(0)
        os.close(reading)

    asyncio.run(play())
