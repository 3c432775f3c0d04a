"""A client of the stream, as small as one can be."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from gateway.tokens import mint
from tests.launcher.running import Fleet
from tests.patience import PATIENCE


@contextmanager
def following(fleet: Fleet, app_id: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Open an app's stream from its beginning, and return its steps one after the other."""
    settings = fleet.home.read_env()
    token = mint(settings["FLEET_JWT_SECRET"], role="viewer", apps=(app_id,), ttl=600, stream=True)
    url = f"http://{settings['FLEET_HTTP']}/v1/apps/{app_id}/events"
    parameters = {"access_token": token, "last_event_id": "0"}
    with httpx.stream("GET", url, params=parameters, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        lines = answer.iter_lines()
        yield (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


def wait_for(steps: Iterator[dict[str, Any]], kind: str, **fields: Any) -> dict[str, Any]:
    """Return the next step of a kind, with these fields."""
    return next(step for step in steps if step["kind"] == kind and fields.items() <= step.items())
