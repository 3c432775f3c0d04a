"""`fleet build` and `fleet releases`: an app made into what can be served, and what was made so far."""

import asyncio
from typing import Annotated, Any

import typer

from contracts.release import short
from gateway.cli import ending, events, running
from gateway.cli.console import guarded, print_json, print_line, print_table

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
App = Annotated[str, typer.Argument(help="the app")]
_LARGEST = 12


@guarded
def build(
    app: App,
    *,
    env: Annotated[str, typer.Option(help="preview, staging or production")] = "production",
    release: Annotated[str | None, typer.Option(help="what a release was made of, instead of the app as it is")] = None,
    as_json: AsJson = False,
) -> None:
    """Build an app as it is now, and say how far it is until there is a release (exit status 0) or not (1).

    Example: `fleet build demo --env production`
    """
    fleet, app = running.find(), running.checked_app(app)
    event = events.new("build-requested", app, {"environment": env, **({"release_id": release} if release else {})})
    last = asyncio.run(ending.follow(fleet, event, as_json=as_json))
    succeeded = last is not None and last["kind"] == "build-succeeded"
    if last is not None and succeeded and not as_json:
        found = asyncio.run(running.get(fleet, f"/v1/apps/{app}/builds/{last['build_id']}", app))
        print_table(
            {"file": row["file"], "raw": _size(row["raw"]), "gzip": _size(row["gzip"]), "brotli": _size(row["brotli"])}
            for row in found["report"][:_LARGEST]
        )
        for warning in found["warnings"]:
            print_line(f"warning: {warning}")
        print_line(f"release {short(last['release_id'])} in {last['seconds']:.2f} s")
    raise typer.Exit(0 if succeeded else 1)


@guarded
def releases(
    app: App,
    release: Annotated[str | None, typer.Argument(help="show this one")] = None,
    diff: Annotated[str | None, typer.Option(help="how it differs from this one")] = None,
    as_json: AsJson = False,
) -> None:
    """List the releases of an app, show one, or say how it differs from another.

    Example: `fleet releases demo 3f9c --diff 81d2`
    """
    fleet, path = running.find(), f"/v1/apps/{running.checked_app(app)}/releases"
    if release is None:
        found = asyncio.run(running.get(fleet, path, app))
        rows = found["releases"]
        if as_json:
            print_json(rows)
        elif rows:
            print_table([_row(one) for one in rows])
        else:
            print_line("no releases yet")
        return
    print_json(asyncio.run(running.get(fleet, f"{path}/{release}" + (f"/diff/{diff}" if diff else ""), app)))


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "release": short(one["release_id"]),
        "version": one["app_version"],
        "gzip": _size(one["sizes"].get("gzip", 0)),
        "created": one["created_at"][:19],
        "serves": ", ".join(one["environments"]),
    }


def _size(count: int) -> str:
    return f"{count / 1000:.1f} kB"
