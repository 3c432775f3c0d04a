"""What the launcher prints of its processes' logs: every event, and a complaint no more often than can be read."""

import io
import json

import pytest
from rich.console import Console

from gateway.launcher.voice import CALM_SECONDS, Voice


class Terminal:
    """A terminal that is read back, and a clock that is set."""

    def __init__(self) -> None:
        self._screen, self.now = io.StringIO(), 0.0
        self._voice = Voice(Console(file=self._screen), lambda: self.now)

    def hear(self, event: str, *, who: str = "relay", level: str = "warning", **details: object) -> None:
        self._voice.repeat(who, json.dumps({"event": event, "level": level, **details}))

    @property
    def lines(self) -> list[str]:
        return [line[9:] for line in self._screen.getvalue().splitlines()]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_a_repeated_complaint_is_printed_once_and_later_counted(terminal: Terminal) -> None:
    for attempt in range(3):
        terminal.hear("broker_unreachable", error=f"refused {attempt}")
    terminal.now = CALM_SECONDS
    terminal.hear("broker_unreachable", error="refused still")
    first, second = (" ".join(line.split()) for line in terminal.lines)
    assert first == "relay broker_unreachable error=refused 0"
    assert second == "relay broker_unreachable (2 times more since) error=refused still"


def test_what_a_library_says_is_one_complaint_whatever_its_details(terminal: Terminal) -> None:
    terminal.hear("error connecting: port 1", level="critical")
    terminal.hear("error connecting: port 2", level="critical")
    assert len(terminal.lines) == 1


def test_another_process_another_complaint_and_every_event_are_printed(terminal: Terminal) -> None:
    terminal.hear("broker_unreachable")
    terminal.hear("broker_unreachable", who="gateway")
    terminal.hear("broker_lost")
    for _time in range(2):
        terminal.hear("relayed", level="info")
    assert len(terminal.lines) == 5
