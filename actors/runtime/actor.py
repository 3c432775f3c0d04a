"""An actor as a value: what it hears, what it may say, and the function in between."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.errors import Flaw
from contracts.event import Envelope, Event
from contracts.progress import Progress
from contracts.settings import Settings
from contracts.topology import binding, queue
from sql.database import Tx

#: What the client of a story is told when the event itself is bad or is given up.
LastWord = Callable[[Envelope, tuple[Flaw, ...]], Event]
#: Writes down what an event asks for, in the transaction that settles it.
Note = Callable[[Tx, Envelope, Any], object]


def say_why(_envelope: Envelope, flaws: tuple[Flaw, ...]) -> Event:
    """End a story with the reason, where an actor has no better words."""
    return Progress(stage="failed", message="; ".join(map(str, flaws)), progress=0)


@dataclass(frozen=True)
class Actor:
    """One file, one actor, one queue."""

    name: str
    on: tuple[type[Event], ...]
    emits: tuple[type[Event], ...]
    handle: Callable[..., None]
    using: Callable[[Settings], Any] | None
    ordered: bool
    time_limit: float
    last_word: LastWord
    #: Instead of handling each event, take turns for its app: see lane.py.
    turn: Callable[..., None] | None = None
    look: Callable[..., Any] | None = None
    #: Which part of the app's lane an event belongs to; parts take their turns beside each other.
    apart: Callable[[Any], str] | None = None
    note: Note | None = None
    #: What is to be looked after every second, whether an event comes or not.
    sweep: Callable[..., object] | None = None

    @property
    def queue(self) -> str:
        """Return the name of its queue."""
        return queue(self.name)

    @property
    def bindings(self) -> list[str]:
        """Return the patterns that fill its queue."""
        return [binding(event.kind) for event in self.on]

    def understand(self, envelope: Envelope) -> Event | None:
        """Read the fact, or return nothing where the kind is not for this actor."""
        for event in self.on:
            if event.kind == envelope.kind:
                return event.parse(envelope.data)
        return None


def actor(
    *,
    on: type[Event] | tuple[type[Event], ...],
    emits: tuple[type[Event], ...],
    using: Callable[[Settings], Any] | None = None,
    ordered: bool = False,
    time_limit: float = 60,
    last_word: LastWord = say_why,
    sweep: Callable[..., object] | None = None,
) -> Callable[[Callable[..., None]], Actor]:
    """Make a function an actor.

    `using` is called once a process, and what it returns is the handler's third argument. An `ordered` actor takes
    one app's events one after the other, as the broker delivered them. `sweep` is called every second, with the pool,
    the outlet and what `using` returned.
    """
    kinds = on if isinstance(on, tuple) else (on,)

    def make(handle: Callable[..., None]) -> Actor:
        return Actor(handle.__name__, kinds, emits, handle, using, ordered, time_limit, last_word, sweep=sweep)

    return make


def lane(
    *,
    on: type[Event] | tuple[type[Event], ...],
    emits: tuple[type[Event], ...],
    using: Callable[[Settings], Any] | None = None,
    look: Callable[..., Any] | None = None,
    apart: Callable[[Any], str] | None = None,
    note: Note | None = None,
    time_limit: float = 300,
    sweep: Callable[..., object] | None = None,
) -> Callable[[Callable[..., None]], Actor]:
    """Make a function an actor that works for one app at a time.

    Its events only say that something is wanted. The function is called with a Turn, and with what `using` returned.
    What a turn begins with, `look` asks for in the transaction that takes the lane. `apart` names the part of the
    lane that an event belongs to, where an app has several at once; `note` writes down what each event asks for.
    """
    kinds = on if isinstance(on, tuple) else (on,)

    def make(turn: Callable[..., None]) -> Actor:
        return Actor(
            turn.__name__, kinds, emits, _never, using, False, time_limit, say_why, turn, look, apart, note, sweep
        )

    return make


def _never(*_: Any) -> None:
    raise TypeError("an actor with a lane takes turns")
