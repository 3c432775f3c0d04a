"""`fleet story`: what one event caused, as a tree with times."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console
from rich.text import Text

from gateway.cli import facts, running
from gateway.cli.console import guarded, print_json, tidy
from gateway.cli.follow import Fact


@guarded
def story(
    event_id: Annotated[str, typer.Argument(help="the event, as `fleet publish` has printed it")],
    app: Annotated[str | None, typer.Option(help="its app, where several have an event of this name")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Print what one event caused: each step below the one that it follows from, and how long after the first.

    Example: `fleet story 6f1c1f9e-3d0e-4c7e-9f0a-2f4f0a7b1c11`
    """
    path = f"/v1/stories/{quote(event_id, safe='')}"
    if app is not None:
        path += f"?app_id={running.checked_app(app)}"
    found = asyncio.run(running.get(running.find(), path, app or "*"))
    if as_json:
        print_json(found)
        return
    console = Console(highlight=False)  # which has no colours where there is no terminal
    first = found["steps"][0]["at"]
    console.print(Text(tidy(f"{first}  {found['story_id']} in {found['app_id']}"), style="bold"), soft_wrap=True)
    for branch, step in tree(found["steps"]):
        console.print(_line(branch, step, first), soft_wrap=True)


def tree(steps: Sequence[Fact]) -> Iterator[tuple[str, Fact]]:
    """Yield each step behind the one that it follows from, with the branch that leads to it."""
    known = {step["event_id"] for step in steps}
    below: dict[str, list[Fact]] = {}
    for step in steps:
        cause = step.get("cause_id", "")
        below.setdefault(cause if cause in known else "", []).append(step)

    def grow(cause: str, indent: str) -> Iterator[tuple[str, Fact]]:
        found = below.pop(cause, [])
        for step in found:
            last = step is found[-1]
            yield f"{indent}{'└' if last else '├'}─ ", step
            yield from grow(step["event_id"], f"{indent}{' ' if last else '│'}  ")

    return grow("", "")


def _line(branch: str, step: Fact, first: str) -> Text:
    after = (datetime.fromisoformat(step["at"]) - datetime.fromisoformat(first)).total_seconds() * 1000
    style = "red" if facts.is_bad_news(step) else ""
    said = tidy(f"{step['kind']}  {facts.summary(step)}").rstrip()
    return Text.assemble((f"{after:+9.0f} ms  {branch}", "dim"), (said, style))
