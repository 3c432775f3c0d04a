"""Access that was taken away."""

from typing import ClassVar

from contracts.event import Event


class AccessSuspended(Event):
    """Somebody tried too often what was not theirs: their token is believed no more for a while."""

    kind: ClassVar = "access-suspended"
    reason: str
    violations: int
    seconds: int
    subject: str | None = None
