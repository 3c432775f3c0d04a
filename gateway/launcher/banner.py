"""What a stranger reads when the fleet is up: where it is, and what to try next."""

from collections.abc import Mapping

from gateway import tokens

DEMO = "demo"
PUBLISHER_SECONDS = 12 * 3600


def banner(chosen: Mapping[str, str]) -> str:
    """Return the greeting for a fleet with these variables."""
    gateway = f"http://{chosen['FLEET_HTTP']}"
    lines = [
        "",
        f"  The fleet is up.   {gateway}",
        f"  API documents      {gateway}/openapi.json   {gateway}/asyncapi.json",
        f"  For other programs set -a; . {chosen['FLEET_HOME']}/env",
        "",
    ]
    secret = chosen.get("FLEET_JWT_SECRET")
    if secret:
        viewer = tokens.mint(secret, role="viewer", apps=(DEMO,), ttl=tokens.STREAM_SECONDS, stream=True)
        publisher = tokens.mint(secret, role="publisher", apps=(DEMO,), ttl=PUBLISHER_SECONDS)
        lines += [
            f"  Follow app `{DEMO}` (15 minutes; `fleet tail --app {DEMO}` has no limit):",
            f"    curl -N '{gateway}/v1/apps/{DEMO}/events?access_token={viewer}'",
            "  Publish to it over HTTP (12 hours):",
            f"    export FLEET_TOKEN={publisher}",
            "",
        ]
    lines += [
        "  Next, in another terminal:",
        f"    fleet watch ./my-app --app {DEMO}     every saved file becomes an event",
        "    fleet status · fleet doctor · fleet --help",
        "",
    ]
    return "\n".join(lines)
