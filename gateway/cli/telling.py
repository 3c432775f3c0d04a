"""`fleet demo --story`: the story in one app, to be watched, or in many, for load."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from rich.console import Console

from gateway.cli import running
from gateway.cli.console import print_json, print_line
from gateway.cli.follow import Fact
from gateway.cli.generator import Generator
from gateway.cli.running import Fleet
from gateway.cli.tail import Bars
from gateway.demo.link import APP_ID, link
from gateway.demo.script import rounds


def tell(speed: float, apps: int, *, as_json: bool) -> None:
    """Play the story, and say how it went."""
    fleet = running.find()
    if not as_json:
        print_line(f"watch it at {page(fleet)}")
    names = [APP_ID] if apps == 1 else [f"{APP_ID}-{n}" for n in range(1, apps + 1)]
    if apps == 1 and not as_json and sys.stdout.isatty():
        with Bars(Console(highlight=False)) as bars:
            found = asyncio.run(_play(fleet, names, speed, bars.show))
    else:
        found = asyncio.run(_play(fleet, names, speed, lambda _fact: None))
    if as_json:
        print_json(found)
        return
    calls = f"{found['calls']} calls in {found['seconds']} s, {found['completed']} completed, {found['failed']} failed"
    print_line(f"{calls}: {round(found['calls'] / found['seconds'] * 3600)} an hour")


def page(fleet: Fleet) -> str:
    """Return a link to the page that shows it."""
    return link(fleet.url, fleet.secret("jwt_secret"))


async def _play(fleet: Fleet, names: list[str], speed: float, show: Callable[[Fact], None]) -> dict[str, Any]:
    story, began = rounds(), time.monotonic()
    generators = [Generator(fleet, name, speed, show) for name in names]
    await asyncio.gather(*(generator.play(story) for generator in generators))
    ended = sum((generator.endings for generator in generators), Counter[str]())
    return {
        "apps": len(names),
        "calls": ended.total(),
        "completed": ended["completed"],
        "failed": ended["failed"],
        "seconds": round(time.monotonic() - began, 3),
    }
