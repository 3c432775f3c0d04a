"""What a tool is: its names, what it is called with, how far each stage is, and how it runs."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from actors.tools.hands import Hands
from contracts.event import Event

A = TypeVar("A", bound=BaseModel)

#: What a tool touches that is to come after everything before it, and before everything after it.
EVERYTHING = "*"


class Refused(Exception):
    """The tool will not do it, for a reason that the AI can act upon; trying again would change nothing."""


class Later(Exception):
    """Not now: what it needs is unwell. It is tried again, after so many seconds where that is known."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True)
class Stage:
    """Where a call is, in a word of its tool's `stages`, and in words for people."""

    name: str
    message: str = ""


@dataclass(frozen=True)
class Done:
    """It is done, and this came of it."""

    details: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Others do the rest: the event asks them, and their answer ends the call, with these details and its own."""

    event: Event
    details: Mapping[str, Any] = field(default_factory=dict)


#: A tool's way: it tells stages, and returns what came of it.
Course = Generator[Stage, None, Done | Asked]


class Tool(ABC, Generic[A]):
    """A tool that the AI may call. Its first docstring line tells the AI what it does."""

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    arguments: type[A]
    #: How far a call is at each stage, in percent; `complete`, 100, is everybody's.
    stages: ClassVar[Mapping[str, int]]
    #: How long it may run, or wait for an answer.
    seconds: ClassVar[float] = 60
    #: How long its files may wait for the preview to come to them.
    preview_seconds: ClassVar[float] = 20
    #: It reaches nothing but the app's own rows, so that it can run in the transaction that takes the call in.
    at_once: ClassVar[bool] = False
    #: What it asks others for, if it does: without somebody who does that, it fails at once.
    asks: ClassVar[type[Event] | None] = None
    #: The stage that it enters with their answer.
    answered: ClassVar[str] = "updating_preview"

    def touches(self, _arguments: A) -> frozenset[str]:
        """Return what it reads or writes: paths, `table:` and a table's name, or EVERYTHING.

        Calls of one message that touch the same come one after the other, all others side by side.
        """
        return frozenset()

    def description(self) -> dict[str, Any]:
        """Return what an AI, or whoever shows its calls, has to know of the tool."""
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "description": (self.__doc__ or "").partition("\n")[0],
            "arguments": self.arguments.model_json_schema(),
            "stages": {**self.stages, "complete": 100},
            "seconds": self.seconds,
        }

    @abstractmethod
    def run(self, arguments: A, hands: Hands) -> Course:
        """Do it; raise Refused where that cannot be."""
