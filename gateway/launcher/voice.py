"""What the launcher says: short and coloured on the terminal, whole in the log files."""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.text import Text

#: What a process complains of again and again is printed once in so many seconds; its log file has all of it.
CALM_SECONDS = 10.0
_REMEMBERED = 500
LOG_BYTES = 20 * 1024 * 1024
STYLES = {"warning": "yellow", "error": "red", "critical": "red"}

#: Said by the columns of the line already, or of no use to a reader.
HIDDEN = {"event", "level", "timestamp", "logger", "process", "pid"}


class Voice:
    """The terminal, which may be closed at any time."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._complaints: dict[tuple[str, str], tuple[float, int]] = {}

    def say(self, who: str, what: str, style: str = "") -> None:
        """Print one line with the time and who it is about."""
        line = Text.assemble((f"{datetime.now():%H:%M:%S} ", "dim"), (f"{who:<14} ", "cyan"), (what, style))  # noqa: DTZ005 - the reader's clock
        self.print(line)

    def print(self, what: str | Text) -> None:
        """Print as it is; long lines stay whole, so that they can be copied."""
        try:
            self._console.print(what, soft_wrap=True, highlight=False, markup=False)
        except OSError:
            return  # the terminal has gone; the log files remain

    def repeat(self, who: str, line: str) -> None:
        """Print what a process has logged, short."""
        entry = parse(line)
        if entry is None:
            self.say(who, line, "dim")
            return
        details = " ".join(f"{name}={value}" for name, value in entry.items() if name not in HIDDEN)
        said, style = str(entry.get("event", "")), STYLES.get(str(entry.get("level")), "")
        unsaid = self._unsaid(who, said) if style else 0
        if unsaid is not None:
            again = f"({unsaid} times more since)  " if unsaid else ""
            self.say(who, f"{said}  {again}{details}".splitlines()[0].rstrip(), style)

    def _unsaid(self, who: str, said: str) -> int | None:
        """Return how often the same complaint was kept back since it was printed, or nothing to keep it back again."""
        complaint, now = (who, said.split(":", 1)[0]), self._clock()
        since, unsaid = self._complaints.get(complaint, (-CALM_SECONDS, 0))
        if now - since < CALM_SECONDS:
            self._complaints[complaint] = since, unsaid + 1
            return None
        if len(self._complaints) >= _REMEMBERED:
            self._complaints.clear()
        self._complaints[complaint] = now, 0
        return unsaid


def parse(line: str) -> dict[str, object] | None:
    """Return a JSON log line as its fields."""
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def open_log(path: Path) -> logging.Handler:
    """Open a log file that keeps itself small: at most two of 20 MB."""
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def append(log: logging.Handler, line: str) -> None:
    """Write one line to a log file."""
    log.emit(logging.LogRecord("", logging.INFO, "", 0, line, None, None))
