"""`fleet doctor`: what is wrong, and how to mend it."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from contracts.settings import Settings
from gateway.cli import root
from gateway.launcher.diagnosis import Finding, examine

MARKS = {"well": ("✓", "green"), "warning": ("!", "yellow"), "wrong": ("✗", "red")}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print it for programs")] = False,
) -> None:
    """Say what is wrong and how to mend it; exit status 1 when something is.

    Example: `fleet doctor`
    """
    home = root.home()
    # What a fleet chose that no longer runs is not worth examining.
    settings = Settings() if home.holder() is None else root.settings()
    findings = list(examine(settings, home))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            _show(finding)
    raise typer.Exit(1 if any(finding.verdict == "wrong" for finding in findings) else 0)


def _show(finding: Finding) -> None:
    mark, colour = MARKS[finding.verdict]
    typer.echo(f"{typer.style(mark, fg=colour)} {finding.what}")
    if finding.mend:
        typer.echo(f"    → {finding.mend}")
