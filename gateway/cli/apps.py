"""`fleet apps`: which apps there are."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli import running
from gateway.cli.console import guarded, print_json, tidy


@guarded
def apps(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """List the apps.

    Example: `fleet apps --json`
    """
    found = asyncio.run(running.get(running.find(), "/v1/apps"))
    if as_json:
        print_json(found)
    else:
        Console(highlight=False).print(table(found["apps"]))


def table(rows: list[dict[str, Any]]) -> Table:
    """Return what the gateway listed, as a table with its own columns."""
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["app_id"]
    drawn = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        drawn.add_row(*(Text(tidy("" if row.get(name) is None else str(row[name]))) for name in columns))
    return drawn
