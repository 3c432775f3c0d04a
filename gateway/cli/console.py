"""What a command says and how it ends: plain words on stderr, 0 done, 1 it did not work, 2 asked wrongly."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

Command = TypeVar("Command", bound=Callable[..., Any])

INTERRUPTED = 130


class Trouble(Exception):
    """The command cannot go on; the text says why and what would mend it."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


def guarded(command: Command) -> Command:
    """Turn trouble, Ctrl-C and a reader that went away into an exit status, never into a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except Trouble as trouble:
            complain(str(trouble))
            raise typer.Exit(trouble.status) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # `fleet tail | head` is done when head is; Python must not flush into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return run  # type: ignore[return-value]


def complain(text: str, style: str = "red") -> None:
    """Print a line for people, out of the way of what programs read."""
    Console(stderr=True, highlight=False).print(Text(f"fleet: {tidy(text)}", style=style), soft_wrap=True)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON for programs: no colour, no wrapping."""
    sys.stdout.write(json.dumps(value, indent=indent, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def print_line(text: str) -> None:
    """Print a line that may come from anywhere."""
    sys.stdout.write(tidy(text) + "\n")
    sys.stdout.flush()


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """Print one line a row, however narrow the terminal: what is cut short can be neither copied nor searched for."""
    rows = list(rows)
    columns = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    values = [[row.get(name) for name in columns] for row in rows]
    cells = [list(columns), *([tidy("" if value is None else str(value)) for value in row] for row in values)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    console = Console(highlight=False)
    for number, row in enumerate(cells):
        line = "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        console.print(Text(line, style="" if number else "bold"), soft_wrap=True)


def tidy(text: str) -> str:
    """Make text safe to print: what customers write must not move the cursor or forge a line."""
    return "".join(letter if letter.isprintable() else "\N{MIDDLE DOT}" for letter in text)
