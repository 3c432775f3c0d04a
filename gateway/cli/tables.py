"""`fleet tables`: the tables of an app, or what one is made of."""

import asyncio
from typing import Annotated, Any

import typer

from gateway.cli import running
from gateway.cli.console import guarded, print_json, print_line, print_table


@guarded
def tables(
    app: Annotated[str, typer.Argument(help="the app")],
    table: Annotated[str | None, typer.Argument(help="show this one")] = None,
    *,
    data: Annotated[str, typer.Option(help="whose rows are counted: development or production")] = "development",
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List the tables of an app, or show the columns of one.

    Example: `fleet tables demo todos`
    """
    fleet, app = running.find(), running.checked_app(app)
    path = f"/v1/apps/{app}/tables" + (f"/{table}" if table else "")
    found: dict[str, Any] = asyncio.run(running.get(fleet, f"{path}?data={data}", app))
    if as_json:
        print_json(found)
    elif table:
        print_table(found["columns"])
        for rule in (*found["indexes"], *found["constraints"]):
            print_line(f"{rule['kind']} {rule['name']} ({', '.join(rule['columns'])}) {rule['state']}")
        for link in (*found["refers_to"], *found["referred_to_by"]):
            print_line(f"{link['from']} refers to {link['to']}, on delete {link['on_delete']}")
    elif found["tables"]:
        print_table(
            [{name: row[name] for name in ("name", "access", "columns", "rows", "bytes")} for row in found["tables"]]
        )
    else:
        print_line("no tables yet")
