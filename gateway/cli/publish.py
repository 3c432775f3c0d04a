"""`fleet publish`: one event from the command line."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from contracts import catalog
from contracts.event import Envelope
from gateway.cli import ending, events, running
from gateway.cli.console import guarded, print_json, print_line
from gateway.cli.running import Fleet


@guarded
def publish(
    kind: Annotated[str, typer.Argument(help="for instance file-written; all: fleet contracts")],
    *,
    app: Annotated[str, typer.Option(help="the app that the event is about")],
    data: Annotated[str | None, typer.Option(help="JSON, or @file, or @- for standard input")] = None,
    file: Annotated[list[str] | None, typer.Option(help="PATH=LOCAL; may be repeated")] = None,
    message_id: Annotated[str | None, typer.Option(help="the chat message that it belongs to")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="print the story until it ends")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, one object a line")] = False,
) -> None:
    """Publish one event and print its id; with --follow its story too, until it ends, well (exit status 0) or not (1).

    Example: `fleet publish file-written --app demo --file src/App.tsx=./App.tsx --follow`
    """
    fleet = running.find()
    given = events.with_files(events.read_data(data), file or [])
    event = events.new(kind, running.checked_app(app), given, message_id)
    if follow and catalog.endings(kind):
        opened = partial(_publish, fleet, event, as_json)
        last = asyncio.run(ending.follow(fleet, event, as_json=as_json, publish=opened))
        raise typer.Exit(ending.status(last))
    asyncio.run(_publish(fleet, event, as_json))


async def _publish(fleet: Fleet, event: Envelope, as_json: bool) -> None:
    async with fleet.client("publisher", event.app_id) as client:
        accepted = await events.publish(client, event)
    if as_json:
        print_json(accepted, indent=None)
    else:
        print_line(event.event_id)
