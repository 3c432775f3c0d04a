"""`fleet demo`: an app to look at and to edit, and `fleet link`: the way to any app's preview."""

import asyncio
import shlex
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from contracts.preview import PreviewFailed, PreviewReady
from gateway.cli import events, facts, running, telling
from gateway.cli.console import Trouble, guarded, print_json, print_line
from gateway.cli.demo_app import APP_ID, FILES
from gateway.cli.follow import Fact, Stream
from gateway.cli.running import Fleet
from gateway.launcher.banner import command

#: Packages are fetched from the registry the first time.
_PATIENCE = 150


@guarded
def demo(
    *,
    to: Annotated[Path | None, typer.Option(help="write its files into this new or empty folder instead")] = None,
    story: Annotated[bool, typer.Option("--story", help="play a generator that writes an app by 40 tools")] = False,
    speed: Annotated[float, typer.Option(min=0, help="of the story: 1 as typed, 10 quick, 0 without a pause")] = 1,
    apps: Annotated[int, typer.Option(min=1, max=1_000, help="play the story into so many apps at once")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Write the demo app, unless there is an app of that name with files of its own, and print where to see it.

    With --to its files become a folder of yours, to be edited while `fleet watch` publishes it. With --story a
    simulated generator writes an app of its own, and the link to a page is printed that shows its tools at work.

    Example: `fleet demo --story --speed 3`
    """
    if story:
        telling.tell(speed, apps, as_json=as_json)
        return
    if to is not None:
        _write_folder(to)
        if as_json:
            print_json({"app_id": APP_ID, "folder": str(to), "files": sorted(FILES)})
        else:
            print_line(f"{to} is the demo app; next: {command()} watch {shlex.quote(str(to))} --app {APP_ID}")
        return
    fleet = running.find()
    made = asyncio.run(_made(fleet))
    preview = asyncio.run(_preview(fleet, APP_ID))
    if as_json:
        print_json({"app_id": APP_ID, "url": preview["open_url"], "made": made})
    else:
        print_line(f"the {'new ' if made else ''}demo app is at {preview['open_url']}")


@guarded
def link(
    app: Annotated[str, typer.Option(help="the app to look at")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Print a link that opens an app's preview; for a private one it is good for a minute.

    Example: `fleet link --app demo`
    """
    preview = asyncio.run(_preview(running.find(), running.checked_app(app)))
    if as_json:
        print_json(preview)
    else:
        print_line(preview["open_url"])


def _write_folder(folder: Path) -> None:
    """Write the app's files where nothing of anybody's can be lost."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise Trouble(f"{folder} is there and not an empty folder", 2)
    for path, text in FILES.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


async def _preview(fleet: Fleet, app_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await running.get(fleet, f"/v1/apps/{app_id}", app_id))["preview"]
    return found


async def _made(fleet: Fleet) -> bool:
    """Write the app if nobody has, and wait until it can be seen."""
    async with fleet.client("publisher", APP_ID) as client:
        try:
            there = await client.get(f"/v1/apps/{APP_ID}")
        except httpx.TransportError:
            raise running.unreachable(fleet) from None
        if there.status_code == HTTPStatus.OK and there.json()["files"]["count"]:
            return False
        if there.status_code not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise running.problem(there)
        try:
            async with asyncio.timeout(_PATIENCE):
                outcome = await _written(fleet, client)
        except TimeoutError:
            raise Trouble(f"the demo app was written, but its preview was not ready within {_PATIENCE} s") from None
    if outcome["kind"] == PreviewFailed.kind:
        raise Trouble(f"the demo app cannot be shown: {outcome.get('message')}")
    return True


async def _written(fleet: Fleet, client: httpx.AsyncClient) -> Fact:
    """Publish all files as one event, let everybody look, and return how the preview came out."""
    written = {"files": [{"path": path, "content": text} for path, text in FILES.items()]}
    event = events.new("file-written", APP_ID, written)

    async def publish() -> None:
        await events.publish(client, event)

    async with aclosing(Stream(fleet, APP_ID, opened=publish).facts()) as told:
        async for fact in told:
            if fact.get("story_id") != event.event_id:
                continue
            if facts.is_bad_news(fact) and fact["kind"] != PreviewFailed.kind:
                raise Trouble(f"the demo app was not written: {facts.summary(fact)}")
            if fact["kind"] == "file-stored":  # there is nothing in it that anybody may not see
                await client.put(f"/v1/apps/{APP_ID}/preview", json={"private": False})
            if fact["kind"] in {PreviewReady.kind, PreviewFailed.kind}:
                return fact
    raise Trouble("the stream ended")
