"""How a job may end other than well, and what a bad event is called."""

from dataclasses import dataclass


class Cancel(Exception):
    """Never again: the event becomes a dead letter now, with this reason."""


class Snooze(Exception):
    """Later: the event comes back after about so many seconds; no attempt is counted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come back in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Flaw:
    """One field that is wrong, and why."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class BadEvent(ValueError):
    """The event cannot be understood; no retry would change that."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws
