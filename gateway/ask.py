"""Publish an event and wait until its story has ended: the bus for those who want an answer."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from contracts.catalog import endings
from contracts.event import Envelope, Event
from contracts.progress import Progress
from gateway.channel import Channel
from gateway.hub import Gone, Hub
from gateway.intake import Intake
from gateway.sse import Frame

SOURCE = "overskill/gateway"
_COMPLETE = 100


@dataclass(frozen=True)
class Answer:
    """What became of an event: the step that ended its story, if it came in time."""

    event_id: str
    story_url: str
    step: dict[str, Any] | None


class Asker:
    """Asks the fleet, by way of the hub."""

    def __init__(self, hub: Hub, intake: Intake) -> None:
        self._hub, self._intake = hub, intake

    async def ask(
        self,
        app_id: str,
        event: Event,
        *,
        patience: float = 5.0,
        message_id: str | None = None,
        traceparent: str | None = None,
    ) -> Answer:
        """Publish and return what ended the story, or no step if that takes longer than the patience."""
        envelope = Envelope(
            event_id=str(uuid4()),
            source=SOURCE,
            kind=event.kind,
            app_id=app_id,
            data=event.data(),
            message_id=message_id,
            traceparent=traceparent,
        )
        ear = _Ear(envelope.event_id, endings(event.kind))
        try:
            async with asyncio.timeout(patience):
                channel = await self._listen(app_id, ear)
        except TimeoutError:  # history is away: the event may still be accepted, its ending will not be heard
            accepted = await self._intake.accept(envelope)
            return Answer(accepted.event_id, accepted.story_url, None)
        try:
            accepted = await self._intake.accept(envelope)
            return Answer(accepted.event_id, accepted.story_url, await ear.heard(patience))
        finally:
            self._hub.detach(channel, ear)

    async def _listen(self, app_id: str, ear: "_Ear") -> Channel:
        while True:
            with suppress(Gone):  # history changed while we came
                return (await self._hub.attach(app_id, ear, None))[0]


class _Ear:
    """Listens for the ending of one story."""

    def __init__(self, event_id: str, kinds: frozenset[str]) -> None:
        self.cursor = 0
        self._event_id, self._kinds = event_id, kinds | {Progress.kind}
        self._ending: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    async def heard(self, patience: float) -> dict[str, Any] | None:
        """Return the ending, or nothing if it does not come in time."""
        done, _waiting = await asyncio.wait({self._ending}, timeout=patience)
        return self._ending.result() if done else None

    def write(self, frame: Frame) -> bool:
        """Look whether this is it."""
        if frame.kind not in self._kinds or self._ending.done():
            return True
        step = json.loads(frame.data)
        if step.get("story_id") == self._event_id and self._ends(step):
            self._ending.set_result(step)
        return True

    async def deliver(self, frames: list[Frame]) -> None:
        """Look through a page."""
        for frame in frames:
            self.write(frame)

    def reset(self, head: int) -> None:
        """Wait no more for what another history may never say."""

    @staticmethod
    def _ends(step: dict[str, Any]) -> bool:
        if step["kind"] != Progress.kind:
            return True
        return bool(step.get("stage") == "failed" or step.get("progress") == _COMPLETE)
