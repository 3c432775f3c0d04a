"""What a stranger reads when the fleet is up: where it is, and what to try next."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts.settings import Settings
from gateway import tokens
from gateway.demo.link import link

DEMO = "demo"
PUBLISHER_SECONDS = 12 * 3600


def banner(chosen: Mapping[str, str]) -> str:
    """Return the greeting for a fleet with these variables; every line can be pasted as it is."""
    gateway = f"http://{chosen['FLEET_HTTP']}"
    fleet = command()
    lines = [
        "",
        f"The fleet is up at {gateway}   ({gateway}/openapi.json, {gateway}/asyncapi.json)",
        f"Other programs find it with:  set -a; . '{chosen['FLEET_HOME']}/env'",
        "",
    ]
    if "FLEET_EDGE_HTTP" in chosen:
        zones = tuple(chosen["FLEET_ZONES"].split(","))
        preview = Settings.model_construct(zones=zones, edge_http=chosen["FLEET_EDGE_HTTP"]).preview_url(DEMO)
        lines += [f"Look at the app `{DEMO}`, live:  {preview}/   (any app: {fleet} link --app NAME)", ""]
    seen = [
        f"{name}: http://{chosen[f'FLEET_{name.upper()}_HTTP']}"
        for name in ("Grafana", "Prometheus")
        if f"FLEET_{name.upper()}_HTTP" in chosen
    ]
    lines += [f"What it does, as pictures:  {', '.join(seen)}", ""] if seen else []
    if secret := chosen.get("FLEET_JWT_SECRET"):
        lines += ["Watch an AI's tools write an app (a link of 12 hours):", f"  {link(gateway, secret)}", ""]
        lines += _try_it(gateway, secret)
    lines += [
        f"Edit it: every saved file is an event, and the page follows. Try src/App.tsx in ./{DEMO}:",
        f"  {fleet} demo --to ./{DEMO} && {fleet} watch ./{DEMO} --app {DEMO}",
        "A folder of yours becomes an app of its own, which only you can open:",
        f"  {fleet} watch ./my-app --app my-app",
        f"  {fleet} link --app my-app",
        "",
        f"A token for your own programs:  export FLEET_TOKEN=$({fleet} token --app {DEMO} --role publisher)",
        f"More: {fleet} tail --app {DEMO}, {fleet} status, {fleet} doctor, {fleet} --help",
        "",
    ]
    return "\n".join(lines)


def _try_it(gateway: str, secret: str) -> list[str]:
    """Return a line that follows the demo app, and one that writes a file into it."""
    viewer = tokens.mint(secret, role="viewer", apps=(DEMO,), ttl=tokens.STREAM_SECONDS, stream=True)
    publisher = tokens.mint(secret, role="publisher", apps=(DEMO,), ttl=PUBLISHER_SECONDS)
    event = {
        "specversion": "1.0",
        "id": "'$(date +%s)'",  # the shell puts the time here: a repeated id is the same event
        "source": "curl",
        "type": "overskill.file-written",
        "subject": DEMO,
        "data": {"path": "hello.txt", "content": "hello"},
    }
    headers = f"-H 'Authorization: Bearer {publisher}' -H 'Content-Type: application/cloudevents+json'"
    return [
        f"Follow the app `{DEMO}` (a token of 15 minutes):",
        f"  curl -N '{gateway}/v1/apps/{DEMO}/events?access_token={viewer}'",
        "",
        "Write a file into it, from another terminal (a token of 12 hours):",
        f"  curl {gateway}/v1/events {headers} -d '{json.dumps(event)}'",
        "",
    ]


def command() -> str:
    """Return how the fleet command is called in this shell."""
    ours = Path(sys.executable).parent / "fleet"
    on_path = shutil.which("fleet")
    if not ours.exists() or (on_path is not None and Path(on_path) == ours):
        return "fleet"
    here = Path.cwd()
    return str(ours.relative_to(here)) if ours.is_relative_to(here) else str(ours)
