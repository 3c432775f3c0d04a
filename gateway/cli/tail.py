"""`fleet tail`: an app's stream, as lines or, on a terminal, with a bar for each tool."""

import asyncio
import sys
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from gateway.cli import facts, running
from gateway.cli.console import guarded, print_json, print_line, tidy
from gateway.cli.follow import Fact, Stream


@guarded
def tail(
    app: Annotated[str, typer.Option(help="the app to follow")],
    kinds: Annotated[str, typer.Option(help="only these kinds, with commas between")] = "",
    message: Annotated[str | None, typer.Option(help="only this chat message")] = None,
    since: Annotated[str | None, typer.Option(help="the id to go on after; 0: from the oldest kept")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, one object a line")] = False,
) -> None:
    """Follow what happens in an app, for ever, and by itself after any interruption; Ctrl-C ends it.

    Example: `fleet tail --app demo --kinds file-stored,file-rejected --since 0`
    """
    wanted = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    stream = Stream(running.find(), running.checked_app(app), wanted, message, since)
    asyncio.run(_show(stream, as_json))


async def _show(stream: Stream, as_json: bool) -> None:
    if not as_json and sys.stdout.isatty():
        with Bars(Console(highlight=False)) as bars:
            async for fact in stream.facts():
                bars.show(fact)
        return
    async for fact in stream.facts():
        if as_json:
            print_json({"id": stream.cursor, **fact}, indent=None)
        else:
            print_line(facts.line(fact))


class Bars:
    """Tools as bars at the foot of the terminal, everything else as lines above them."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[stage]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )
        self._tools: dict[tuple[object, ...], TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    @property
    def running(self) -> int:
        """Return how many tools are under way."""
        return len(self._tools)

    def refresh(self) -> None:
        """Draw now."""
        self._progress.refresh()

    def show(self, fact: Fact) -> None:
        """Move the bar of a tool, or print a line."""
        if not facts.is_tool(fact):
            self._print(fact)
            return
        tool = fact.get("message_id"), fact.get("iteration", 0), fact["tool_index"]
        if fact["kind"] == "progress" and fact.get("stage") != "failed":
            self._move(tool, fact)
            return
        if (bar := self._tools.pop(tool, None)) is not None:
            self._progress.remove_task(bar)
        self._print(fact)

    def _move(self, tool: tuple[object, ...], fact: Fact) -> None:
        if tool not in self._tools:
            name = tidy(f"{fact.get('tool_name') or tool[0] or 'tool'} #{tool[2]}")
            self._tools[tool] = self._progress.add_task(name, total=100, stage="")
        stage = tidy(f"{fact.get('stage')}  {fact.get('message', '')}")
        self._progress.update(self._tools[tool], completed=fact.get("progress", 0), stage=stage)

    def _print(self, fact: Fact) -> None:
        style = "red" if facts.is_bad_news(fact) else ""
        self._progress.console.print(Text(facts.line(fact), style=style), soft_wrap=True)
