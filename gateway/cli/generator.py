"""The simulated generator: plays the story into an app as an AI would, call by call and round by round."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from uuid import uuid4

import httpx

from contracts.event import Envelope
from contracts.progress import Progress
from contracts.tool import ToolCalled, ToolCompleted, ToolFailed
from gateway import conversation
from gateway.cli import events, running
from gateway.cli.console import Trouble
from gateway.cli.follow import Away, Fact, Stream
from gateway.cli.running import Fleet
from gateway.demo.script import Call, Round

_KINDS = (Progress.kind, ToolCompleted.kind, ToolFailed.kind)
#: How long a call is typed, and an AI thinks between two rounds.
_TYPING, _THINKING = 0.45, 0.9
#: A round in which nothing more is said for so long has been lost.
_PATIENCE = 180
_AGAIN = 0.3


class Generator:
    """One message to one app."""

    def __init__(self, fleet: Fleet, app_id: str, speed: float, tell: Callable[[Fact], None]) -> None:
        self._fleet, self._app_id, self._speed, self._tell = fleet, app_id, speed, tell
        self.message_id = f"story-{uuid4().hex[:12]}"
        self.picture = conversation.empty(self.message_id)
        self._opened, self._changed = asyncio.Event(), asyncio.Condition()

    @property
    def endings(self) -> Counter[str]:
        """Return how many calls completed, and how many failed."""
        return Counter(call["status"] for group in self.picture["conversation_flow"] for call in group["calls"])

    async def play(self, rounds: Sequence[Round]) -> None:
        """Make every call, and wait for each round to end before the next."""
        async with self._fleet.client("publisher", self._app_id) as client:
            await self._clear(client)
            listening = asyncio.create_task(self._listen())
            try:
                await self._play(client, rounds, listening)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _play(self, client: httpx.AsyncClient, rounds: Sequence[Round], listening: asyncio.Task[None]) -> None:
        opened = asyncio.create_task(self._opened.wait())
        await asyncio.wait({opened, listening}, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            opened.cancel()
            listening.result()
        index = 0
        for iteration, one in enumerate(rounds):
            for call in one.calls:
                await self._call(client, iteration, index, call)
                index += 1
                await self._pause(_TYPING)
            await self._until_ended(iteration, len(one.calls))
            await self._pause(_THINKING)

    async def _call(self, client: httpx.AsyncClient, iteration: int, index: int, call: Call) -> None:
        tool = {"name": call.name, "arguments": call.arguments}
        data = {"message_id": self.message_id, "iteration": iteration, "tool_index": index, "tool": tool}
        await _publish(client, events.new(ToolCalled.kind, self._app_id, data, self.message_id))

    async def _listen(self) -> None:
        """Take what is said of the message into its picture."""

        async def opened() -> None:
            self._opened.set()

        stream = Stream(self._fleet, self._app_id, _KINDS, self.message_id, opened=opened)
        async with aclosing(stream.facts()) as facts:
            async for fact in facts:
                if fact["kind"] in _KINDS:
                    self._tell(fact)
                    async with self._changed:
                        conversation.take(self.picture, fact)
                        self._changed.notify_all()

    async def _until_ended(self, iteration: int, count: int) -> None:
        def ended() -> bool:
            groups = [one for one in self.picture["conversation_flow"] if one["iteration"] == iteration]
            return any(len(one["calls"]) == count and one["status"] != "executing" for one in groups)

        try:
            async with asyncio.timeout(_PATIENCE), self._changed:
                await self._changed.wait_for(ended)
        except TimeoutError:
            raise Trouble(f"a round of {self._app_id} did not end within {_PATIENCE} s: is a worker running?") from None

    async def _pause(self, seconds: float) -> None:
        if self._speed:
            await asyncio.sleep(seconds / self._speed)

    async def _clear(self, client: httpx.AsyncClient) -> None:
        """Take away what an earlier story wrote."""
        try:
            there = await client.get(f"/v1/apps/{self._app_id}/files")
        except httpx.TransportError:
            raise running.unreachable(self._fleet) from None
        paths = [file["path"] for file in there.json()["files"]] if there.is_success else []
        if paths:
            gone = {"files": [{"path": path, "operation": "delete"} for path in paths]}
            await _publish(client, events.new("file-written", self._app_id, gone))


async def _publish(client: httpx.AsyncClient, event: Envelope) -> None:
    """Publish, under the same name until it is accepted: a gateway that is away comes back."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                with suppress(Away):
                    await events.post(client, event)
                    return
                await asyncio.sleep(_AGAIN)
    except TimeoutError:
        raise Trouble(f"the gateway was away for {_PATIENCE} s") from None
