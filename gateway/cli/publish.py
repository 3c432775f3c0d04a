"""`fleet publish`: one event from the command line."""

import asyncio
from contextlib import aclosing
from typing import Annotated

import typer

from contracts import catalog
from contracts.event import Envelope
from gateway.cli import events, facts, running
from gateway.cli.console import guarded, print_json, print_line
from gateway.cli.follow import Fact, Stream
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
        raise typer.Exit(asyncio.run(_follow(fleet, event, as_json)))
    asyncio.run(_publish(fleet, event, as_json))


async def _publish(fleet: Fleet, event: Envelope, as_json: bool) -> None:
    async with fleet.client("publisher", event.app_id) as client:
        accepted = await events.publish(client, event)
    if as_json:
        print_json(accepted, indent=None)
    else:
        print_line(event.event_id)


async def _follow(fleet: Fleet, event: Envelope, as_json: bool) -> int:
    """Listen first, then publish, so that nothing is missed; return the exit status."""
    stream = Stream(fleet, event.app_id, opened=lambda: _publish(fleet, event, as_json))
    async with aclosing(stream.facts()) as found:
        async for fact in found:
            if fact.get("story_id") != event.event_id:
                continue
            if as_json:
                print_json(fact, indent=None)
            else:
                print_line(facts.line(fact))
            if ends(event.kind, fact):
                return int(facts.is_bad_news(fact))
    return 1


def ends(kind: str, fact: Fact) -> bool:
    """Tell whether a fact is the last word on what an event of this kind began."""
    if fact["kind"] == "progress":
        done = fact.get("stage") == "failed" or fact.get("progress") == 100  # noqa: PLR2004 - per cent
        return done and fact.get("tool_index") is None
    return fact["kind"] in catalog.endings(kind)
