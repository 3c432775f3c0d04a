"""`fleet contracts`: what every event looks like, for whoever writes a program that publishes or listens."""

import json
import subprocess
import sys
from typing import Annotated

import typer

from contracts import catalog
from gateway.cli.console import Trouble, guarded, print_json, print_line


@guarded
def contracts(
    kind: Annotated[str | None, typer.Argument(help="only this kind", show_default="every kind")] = None,
    tools: Annotated[bool, typer.Option("--tools", help="the tools that an AI may call instead")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object, by kind")] = False,
) -> None:
    """Print the JSON Schema of each event's data, or of each tool's arguments.

    Example: `fleet contracts file-written --json`
    """
    if tools:
        print_tools(as_json=as_json)
        return
    if kind is not None and kind not in catalog.KINDS:
        raise Trouble(f"{kind} is not a kind; there are {', '.join(catalog.KINDS)}", 2)
    wanted = catalog.KINDS if kind is None else {kind: catalog.KINDS[kind]}
    if as_json:
        schemas = {name: catalog.schema(event) for name, event in wanted.items()}
        print_json(schemas if kind is None else schemas[kind])
        return
    for name, event in wanted.items():
        origin = "may be published" if event in catalog.ASKED else "said by the fleet"
        endings = f", answered by {' | '.join(sorted(catalog.endings(name)))}" if catalog.endings(name) else ""
        print_line(f"{name}: {event.__doc__} ({origin}{endings})")
        print_json(catalog.schema(event))


def print_tools(*, as_json: bool) -> None:
    """Ask the fleet for its tools, other packages' too; the command line does not import them."""
    asked = subprocess.run(
        [sys.executable, "-P", "-m", "actors", "--tools"], check=False, capture_output=True, text=True
    )
    if asked.returncode:
        raise Trouble("`python -m actors --tools` does not work here: see `fleet doctor`")
    known = json.loads(asked.stdout.splitlines()[-1])
    if as_json:
        print_json({tool["name"]: tool for tool in known})
        return
    for tool in known:
        also = f" (also {', '.join(tool['aliases'])})" if tool["aliases"] else ""
        print_line(f"{tool['name']}: {tool['description']}{also}")
        print_json(tool["arguments"])
