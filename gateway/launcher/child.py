"""One child's life: started, ready, restarted with backoff while it is wanted, ended in time."""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum

from gateway.launcher.service import ServiceError
from gateway.launcher.unit import StartFailed, Unit
from gateway.launcher.voice import Voice

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0

#: Having lived this long, its next death is a new story and not the same one again.
SOUND_SECONDS = 60.0

#: So many failures before it was ever ready are no accident.
FIRST_ATTEMPTS = 3


class State(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTING = "resting"
    ENDING = "ending"
    ENDED = "ended"


class Child:
    """A unit that is kept running until it is ended."""

    def __init__(self, unit: Unit, voice: Voice, changed: Callable[[], None]) -> None:
        self.unit = unit
        self.state = State.WAITING
        self.restarts = 0
        self._voice = voice
        self._changed = changed
        self._unwanted = asyncio.Event()
        self._first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start it, and return when it is ready for the first time, or raise why it will not be."""
        self._life = asyncio.create_task(self._live())
        await asyncio.shield(self._first)

    async def end(self, hurry: asyncio.Event) -> None:
        """End it: politely, and by force once its patience is over or somebody hurries."""
        self._unwanted.set()
        if self._life is None:
            return
        self._enter(State.ENDING)
        stopping = asyncio.create_task(self.unit.stop())
        hurrying = asyncio.create_task(hurry.wait())
        await asyncio.wait({stopping, hurrying}, timeout=self.unit.patience, return_when=asyncio.FIRST_COMPLETED)
        hurrying.cancel()
        if not stopping.done():
            self._voice.say(self.unit.name, "did not end in time: killed", "yellow")
            self.unit.kill()
        await stopping
        await self._life
        self._enter(State.ENDED)

    async def _live(self) -> None:
        pause = FIRST_PAUSE
        while not self._unwanted.is_set():
            born = time.monotonic()
            why = await self._live_once()
            if self._unwanted.is_set() or self._give_up(why):
                break
            pause = FIRST_PAUSE if time.monotonic() - born > SOUND_SECONDS else pause
            self._enter(State.RESTING)
            self._voice.say(self.unit.name, f"{why}; again in {pause:g} s", "red")
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self.restarts += 1
        if not self._first.done():
            self._first.cancel()

    async def _live_once(self) -> str:
        """Run it once, and return how that ended."""
        self._enter(State.STARTING)
        started = time.monotonic()
        try:
            await self.unit.start()
        except (StartFailed, ServiceError, OSError) as error:
            return str(error)
        if not self._unwanted.is_set():
            self._enter(State.READY)
            self._voice.say(self.unit.name, f"ready in {time.monotonic() - started:.1f} s", "green")
        if not self._first.done():
            self._first.set_result(None)
        return f"ended with status {await self.unit.wait()}"

    def _give_up(self, why: str) -> bool:
        """Whether it never was ready and never will be; whoever began it is told."""
        if self._first.done() or self.restarts + 1 < FIRST_ATTEMPTS:
            return False
        self._first.set_exception(StartFailed(f"{self.unit.name} {why}"))
        return True

    async def _rest(self, seconds: float) -> None:
        """Wait, unless it is ended meanwhile."""
        await asyncio.wait({resting := asyncio.create_task(self._unwanted.wait())}, timeout=seconds)
        resting.cancel()

    def _enter(self, state: State) -> None:
        self.state = state
        self._changed()
