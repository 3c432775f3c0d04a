"""`fleet token`: a key for programs and pages."""

import re
from typing import Annotated, Literal

import typer

from gateway.cli import running
from gateway.cli.console import Trouble, guarded, print_json, print_line
from gateway.tokens import STREAM_SECONDS

Role = Literal["viewer", "editor", "publisher", "operator"]

_TTL = re.compile(r"([0-9]{1,9})([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


@guarded
def token(
    app: Annotated[list[str], typer.Option(help="an app, or * for all; may be repeated")],
    role: Annotated[Role, typer.Option(help="what its bearer may do")] = "viewer",
    ttl: Annotated[str | None, typer.Option(help="how long, as 90s, 15m, 1h or 7d", show_default="1h")] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="for ?access_token= of one app's stream: 15 minutes")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Print a signed token.

    Example: `curl -N "http://127.0.0.1:8700/v1/apps/demo/events?access_token=$(fleet token --app demo --stream)"`
    """
    lasting = seconds(ttl) if ttl else (STREAM_SECONDS if stream else _SECONDS["h"])
    apps = tuple(name if name == "*" else running.checked_app(name) for name in app)
    try:
        minted = running.find().token(role, apps, lasting, stream=stream)
    except ValueError as error:
        raise Trouble(str(error), 2) from None
    if as_json:
        print_json({"token": minted, "role": role, "apps": apps, "expires_in": lasting})
    else:
        print_line(minted)


def seconds(ttl: str) -> int:
    """Return a duration in seconds."""
    found = _TTL.fullmatch(ttl.strip())
    if not found or not int(found[1]):
        raise Trouble("--ttl: must be a number and s, m, h or d, as 15m", 2)
    return int(found[1]) * _SECONDS[found[2]]
