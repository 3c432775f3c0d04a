"""The names of exchanges, queues and routing keys: what the bus looks like from outside."""

EVENTS = "overskill.events"
PROGRESS = "overskill.progress"
PREVIEWS = "overskill.previews"
DEAD = "overskill.dead"

#: Retries wait in the broker, in one shared queue for each of these delays.
DELAYS_MS = (250, 1_000, 5_000, 30_000, 300_000)


def routing_key(kind: str, app_id: str) -> str:
    """Return the key an event is published under."""
    return f"{kind}.{app_id}"


def binding(kind: str) -> str:
    """Return the pattern that selects a kind for every app."""
    return f"{kind}.*"


def queue(actor: str) -> str:
    """Return the one queue an actor owns."""
    return f"fleet.{actor}"


def dead_queue(actor: str) -> str:
    """Return where an actor's dead letters rest."""
    return f"fleet.{actor}.dead"


def delay(milliseconds: int) -> str:
    """Return the exchange, and the queue behind it, that hold a message for a while."""
    return f"fleet.delay.{milliseconds}"
