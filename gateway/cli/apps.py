"""`fleet apps`: which apps there are."""

import asyncio
from typing import Annotated, Any

import typer

from gateway.cli import running
from gateway.cli.console import guarded, print_json, print_line, print_table
from gateway.cli.running import Fleet


@guarded
def apps(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """List the apps.

    Example: `fleet apps --json`
    """
    found = asyncio.run(_every_page(running.find()))
    if as_json:
        print_json(found)
    elif found:
        print_table(found)
    else:
        print_line("no apps yet")


async def _every_page(fleet: Fleet) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = await running.get(fleet, f"/v1/apps?limit=1000&after={after}", role="operator")
        rows += page["apps"]
        after = page.get("next")
    return rows
