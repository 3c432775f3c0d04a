"""Environment variables of an app: that one changed, never what it is."""

from typing import ClassVar, Literal

from contracts.event import Event, Word


class EnvChanged(Event):
    """A variable has a new version."""

    kind: ClassVar = "env-changed"
    environment: Literal["development", "preview", "staging", "production"]
    key: Word
    version: int
