"""`python -m actors`: the map of the fleet. `--groups`, `--names`, `--tools` list its parts, `declare` makes queues."""

import json
import sys

from pika.exceptions import AMQPError

from actors.fleet import FLEET, GROUPS
from actors.runtime.topology import declare_all
from actors.tools.toolbox import Toolbox
from contracts.settings import Settings


def draw() -> str:
    """Return one line an actor: what it hears, and what it may say."""
    lines = []
    for group, actors in GROUPS.items():
        for actor in actors:
            hears = " | ".join(event.kind for event in actor.on)
            says = " | ".join(event.kind for event in actor.emits)
            lines.append(f"{hears} → {actor.name} → {says}   [{group}]")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print or declare."""
    match arguments:
        case []:
            sys.stdout.write(draw() + "\n")
        case ["--groups"]:
            sys.stdout.write("\n".join(GROUPS) + "\n")
        case ["--names"]:
            sys.stdout.write("\n".join(actor.name for actor in FLEET) + "\n")
        case ["--tools"]:
            sys.stdout.write(
                json.dumps([tool.description() for tool in Toolbox.from_settings(Settings()).tools.values()])
            )
        case ["declare"]:
            return declare(Settings())
        case _:
            sys.stderr.write("usage: python -m actors [--groups | --names | --tools | declare]\n")
            return 2
    return 0


def declare(settings: Settings) -> int:
    """Make every exchange and queue on the broker."""
    if settings.amqp_url is None:
        sys.stderr.write("set FLEET_AMQP_URL first\n")
        return 2
    try:
        declare_all(settings.amqp_url.get_secret_value(), FLEET)
    except AMQPError as error:
        sys.stderr.write(f"the broker cannot be reached or refuses: {error!r}\n")
        return 1
    sys.stdout.write(f"declared {len(FLEET)} queues\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
