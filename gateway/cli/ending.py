"""A story as it goes on, from its first event to the last word on it."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from contracts import catalog
from contracts.event import Envelope
from gateway.cli import events, facts
from gateway.cli.console import print_json, print_line
from gateway.cli.follow import Fact, Stream
from gateway.cli.running import Fleet


async def follow(
    fleet: Fleet,
    event: Envelope,
    *,
    as_json: bool,
    publish: Callable[[], Awaitable[None]] | None = None,
    ends: Callable[[str, Fact], bool] | None = None,
    tell: Callable[[Fact], str] = facts.line,
) -> Fact | None:
    """Listen first, then publish, so that nothing is missed; print the story, and return the last word on it."""

    async def send() -> None:
        async with fleet.client("publisher", event.app_id) as client:
            await events.publish(client, event)

    async with aclosing(Stream(fleet, event.app_id, opened=publish or send).facts()) as found:
        async for fact in found:
            if fact.get("story_id") != event.event_id:
                continue
            if as_json:
                print_json(fact, indent=None)
            else:
                print_line(tell(fact))
            if (ends or is_last)(event.kind, fact):
                return fact
    return None


def is_last(kind: str, fact: Fact) -> bool:
    """Tell whether a fact is the last word on what an event of this kind began."""
    if fact["kind"] == "progress":
        done = fact.get("stage") == "failed" or fact.get("progress") == 100  # noqa: PLR2004 - per cent
        return done and fact.get("tool_index") is None
    return fact["kind"] in catalog.endings(kind)


def status(last: Fact | None) -> int:
    """Return the exit status that a last word comes to."""
    return 1 if last is None else int(facts.is_bad_news(last))
