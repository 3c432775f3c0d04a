"""`fleet status`: which processes there are."""

import json
from typing import Annotated

import typer

from gateway.cli import root


def status(
    as_json: Annotated[bool, typer.Option("--json", help="print it for programs")] = False,
) -> None:
    """Show which processes run, and where; exit status 1 when none do.

    Example: `fleet status --json`
    """
    state = root.home().read_state()
    if as_json:
        typer.echo(json.dumps(state, indent=2))
    else:
        _show(state)
    raise typer.Exit(0 if state["state"] != "down" else 1)


def _show(state: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table

    processes = state["processes"]
    table = Table("name", "state", "pid", "restarts", "url", box=None, pad_edge=False)
    for process in processes if isinstance(processes, list) else []:
        cells = (process.get(column) for column in ("name", "state", "pid", "restarts", "url"))
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    # A narrow terminal wraps the lines itself; cut short, an address is of no use.
    console = Console(width=max(Console().width, Console(width=500).measure(table).maximum))
    console.print(f"{state['home']}: {state['state']}", highlight=False, soft_wrap=True)
    if processes:
        console.print(table)
    else:
        console.print("`fleet up` starts it.")
