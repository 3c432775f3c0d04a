"""What the launcher says: short and coloured on the terminal, whole in the log files."""

import json
import logging
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.text import Text

LOG_BYTES = 20 * 1024 * 1024
STYLES = {"warning": "yellow", "error": "red", "critical": "red"}

#: Said by the columns of the line already, or of no use to a reader.
HIDDEN = {"event", "level", "timestamp", "logger", "process", "pid"}


class Voice:
    """The terminal, which may be closed at any time."""

    def __init__(self, console: Console) -> None:
        self._console = console

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
        text = f"{entry.get('event', '')}  {details}".splitlines()[0].rstrip()
        self.say(who, text, STYLES.get(str(entry.get("level")), ""))


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
