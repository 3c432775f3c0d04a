"""The fleet: which actors there are, and which of them share a worker process."""

from actors.apply_schema import apply_schema
from actors.create_app import create_app
from actors.finish_tool import finish_tool
from actors.refresh_preview import refresh_preview
from actors.run_build import run_build
from actors.run_deploy import run_deploy
from actors.run_errand import run_errand
from actors.run_tool import run_tool
from actors.runtime.actor import Actor
from actors.store_file import store_file
from contracts.catalog import ASKED

GROUPS: dict[str, tuple[Actor, ...]] = {
    "files": (store_file, create_app, apply_schema),
    "preview": (refresh_preview,),
    "tools": (run_tool, run_errand, finish_tool),
    "releases": (run_build, run_deploy),
}

FLEET: tuple[Actor, ...] = tuple(actor for group in GROUPS.values() for actor in group)


def consumed() -> frozenset[str]:
    """Return the kinds that a queue must take: what some actor waits for, and whatever the outside may ask for.

    An actor that does not run here yet may come; what was accepted for it waits in the outbox and is not lost.
    """
    return frozenset(event.kind for event in (*(event for actor in FLEET for event in actor.on), *ASKED))
