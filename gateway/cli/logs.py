"""`fleet logs`: what an app's own scripts say at the edge."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.cli import running
from gateway.cli.console import guarded, print_json, print_line, tidy
from gateway.cli.running import Fleet

_PAUSE_SECONDS = 0.5


@guarded
def logs(
    app: Annotated[str, typer.Argument(help="the app")],
    *,
    env: Annotated[str | None, typer.Option(help="only of staging or production")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on until Ctrl-C")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, one object a line")] = False,
) -> None:
    """Show what an app's own scripts said lately, and what went wrong in them.

    Example: `fleet logs demo --env production --follow`
    """
    asyncio.run(_show(running.find(), running.checked_app(app), f"&environment={env}" if env else "", follow, as_json))


async def _show(fleet: Fleet, app: str, only: str, follow: bool, as_json: bool) -> None:
    after = 0
    while True:
        found = await running.get(fleet, f"/v1/apps/{app}/logs?after={after}{only}", app)
        for line in found["lines"]:
            if as_json:
                print_json(line, indent=None)
            else:
                print_line(_told(line))
        if not follow:
            return
        after = found["next"]
        await asyncio.sleep(_PAUSE_SECONDS)


def _told(line: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(line["at"] / 1_000).astimezone().strftime("%H:%M:%S.%f")[:-3]
    words = (at, line["environment"], line["level"], line["request"], line["text"])
    return tidy("  ".join(str(word) for word in words if word))
