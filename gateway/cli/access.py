"""`fleet access`: who may look at an app's preview, and whose pages may frame it."""

import asyncio
from typing import Annotated, Any

import httpx
import typer

from gateway.cli import running
from gateway.cli.console import guarded, print_json, print_line
from gateway.cli.running import Fleet


@guarded
def access(
    app: Annotated[str, typer.Option(help="the app")],
    public: Annotated[
        bool | None,
        typer.Option("--public/--private", help="everybody may look, or only who has a link", show_default="as it is"),
    ] = None,
    frame_ancestor: Annotated[
        list[str] | None, typer.Option(help="an origin whose pages may frame it; may be repeated; '' for none")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say who may look at an app's preview; what is not given stays as it is.

    Example: `fleet access --app demo --private --frame-ancestor https://editor.example`
    """
    wanted: dict[str, Any] = {} if public is None else {"private": not public}
    if frame_ancestor:
        wanted["frame_ancestors"] = [origin for origin in frame_ancestor if origin]
    found = asyncio.run(_set(running.find(), running.checked_app(app), wanted))
    if as_json:
        print_json({"app_id": app, "private": found["private"], "frame_ancestors": found["frame_ancestors"]})
    else:
        who = "whoever has a link" if found["private"] else "everybody"
        print_line(f"{who} may look at {app}; it may be framed by {', '.join(['itself', *found['frame_ancestors']])}")


async def _set(fleet: Fleet, app_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
    async with fleet.client("editor", app_id) as client:
        try:
            answer = await client.put(f"/v1/apps/{app_id}/preview", json=wanted)
        except httpx.TransportError:
            raise running.unreachable(fleet) from None
    if answer.is_error:
        raise running.problem(answer)
    found: dict[str, Any] = answer.json()
    return found
