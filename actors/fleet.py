"""The fleet: which actors there are, and which of them share a worker process."""

from actors.create_app import create_app
from actors.refresh_preview import refresh_preview
from actors.runtime.actor import Actor
from actors.store_file import store_file

GROUPS: dict[str, tuple[Actor, ...]] = {
    "files": (store_file, create_app),
    "preview": (refresh_preview,),
}

FLEET: tuple[Actor, ...] = tuple(actor for group in GROUPS.values() for actor in group)


def consumed() -> frozenset[str]:
    """Return the kinds that some actor waits for."""
    return frozenset(event.kind for actor in FLEET for event in actor.on)
