"""`fleet deploy`, `promote`, `rollback`, `deployments`: an app where its users are, followed until it is there."""

import asyncio
from typing import Annotated, Any

import typer

from contracts import catalog
from contracts.release import short
from gateway.cli import ending, events, facts, running
from gateway.cli.console import Trouble, guarded, print_json, print_line, print_table
from gateway.cli.follow import Fact

App = Annotated[str, typer.Argument(help="the app")]
Env = Annotated[str, typer.Option("--env", help="staging or production")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON, one object a line")]


@guarded
def deploy(
    app: App,
    *,
    env: Env = "production",
    release: Annotated[str | None, typer.Option(help="how its name begins; else the app as it is, built")] = None,
    build: Annotated[str | None, typer.Option(help="what came of this build")] = None,
    target: Annotated[str | None, typer.Option(help="where: local, if nothing else is said")] = None,
    canary: Annotated[int | None, typer.Option(help="for so many per cent of the visitors; 0 ends a trial")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an app live: build it, look at it through the edge, show it. Prints its URL; what was live stays until then.

    Example: `fleet deploy demo --env production`
    """
    wanted = {"release_id": release, "build_id": build, "target": target, "canary_percent": canary}
    _ask("deploy-requested", app, {"environment": env, **wanted}, as_json)


@guarded
def promote(
    app: App,
    *,
    from_env: Annotated[str, typer.Option("--from", help="the environment that shows it")] = "staging",
    env: Annotated[str, typer.Option("--to", help="the environment that is to show it")] = "production",
    as_json: AsJson = False,
) -> None:
    """Show in one environment the very release that another shows.

    Example: `fleet promote demo --from staging --to production`
    """
    state = asyncio.run(running.get(running.find(), f"/v1/apps/{running.checked_app(app)}", app))
    release = state["environments"].get(from_env, {}).get("release_id")
    if release is None:
        raise Trouble(f"{from_env} shows no release of {app}: `fleet deploy {app} --env {from_env}`")
    _ask("deploy-requested", app, {"environment": env, "release_id": release}, as_json)


@guarded
def rollback(
    app: App,
    *,
    env: Env = "production",
    release: Annotated[str | None, typer.Option(help="an earlier release; else the one before")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an earlier release again, at once.

    Example: `fleet rollback demo`
    """
    _ask("rollback-requested", app, {"environment": env, "release_id": release}, as_json)


@guarded
def deployments(
    app: App,
    *,
    env: Annotated[str | None, typer.Option("--env", help="only this environment")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List what was deployed, the newest first, and how that went.

    Example: `fleet deployments demo --env production`
    """
    query = f"?environment={env}" if env else ""
    path = f"/v1/apps/{running.checked_app(app)}/deployments{query}"
    found = asyncio.run(running.get(running.find(), path, app))["deployments"]
    if as_json:
        print_json(found)
    elif found:
        columns = ("requested_at", "environment", "kind", "status", "release_id", "seconds", "reason")
        print_table([{**each, "release_id": short(each["release_id"] or "")} for each in found], columns)
    else:
        print_line("nothing was deployed yet")


def _ask(kind: str, app: str, wanted: dict[str, Any], as_json: bool) -> None:
    """Ask for it, and follow it to its end."""
    given = {name: value for name, value in wanted.items() if value is not None}
    event = events.new(kind, running.checked_app(app), given)
    last = asyncio.run(ending.follow(running.find(), event, as_json=as_json, ends=is_last, tell=told))
    raise typer.Exit(ending.status(last))


def is_last(kind: str, fact: Fact) -> bool:
    """Tell whether a fact ends a deployment: a build that is done is a step of it."""
    return fact["kind"] in catalog.endings(kind) or (fact["kind"] == "progress" and fact.get("stage") == "failed")


def told(fact: Fact) -> str:
    """Return an ending in words, and any other fact as a line."""
    match fact:
        case {"kind": "deploy-succeeded", "url": url, "release_id": release, "seconds": seconds}:
            part = f" for {fact['canary_percent']} % of the visitors" if fact.get("canary_percent") else ""
            return f"{url} shows release {short(release)}{part}, after {seconds:.2f} s"
        case {"kind": "deploy-rolled-back", "release_id": release, "environment": environment}:
            where, seconds = fact.get("url") or environment, fact.get("seconds") or 0
            return f"{where} shows release {short(release)} again, after {seconds:.2f} s: {fact.get('because')}"
        case {"kind": "deploy-failed", "step": step, "reason": reason}:
            return f"it failed at {step}: {reason}; what was live before still is"
    return facts.line(fact)
