"""`fleet status`: which processes there are."""

import json
from typing import Annotated, Any

import typer

from gateway.cli import root
from gateway.cli.console import print_line, print_table


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


def _show(state: dict[str, Any]) -> None:
    print_line(f"{state['home']}: {state['state']}")
    if state["processes"]:
        print_table(state["processes"], ("name", "state", "pid", "restarts", "url"))
    else:
        print_line("`fleet up` starts it.")
