"""Many small questions asked at about the same time, answered together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

#: How long a round waits for others to come along: nothing to one client, and ten thousand share few journeys.
_BOARDING = 0.002

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Gather(Generic[Q, A]):
    """A question that has not left yet is shared; one that has left is not, for its answer may be too old."""

    def __init__(self, ask: Callable[[list[Q]], Awaitable[dict[Q, A]]], *, most: int, at_once: int) -> None:
        self._ask, self._most, self._at_once = ask, most, at_once
        self._waiting: dict[Q, asyncio.Future[A]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def __call__(self, question: Q) -> A:
        """Return the answer; who asks the same before it leaves shares it."""
        promise = self._waiting.get(question)
        if promise is None:
            promise = self._waiting[question] = asyncio.get_running_loop().create_future()
            if len(self._rounds) < self._at_once:
                self._start()
        return await asyncio.shield(promise)

    async def close(self) -> None:
        """End what is under way."""
        for task in self._rounds:
            task.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        for promise in self._waiting.values():
            promise.cancel()

    def _start(self) -> None:
        self._rounds.add(asyncio.create_task(self._rounds_of_questions()))

    async def _rounds_of_questions(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(_BOARDING)
                leaving = dict(list(self._waiting.items())[: self._most])
                for question in leaving:
                    del self._waiting[question]
                await self._answer(leaving)
        finally:
            # In the same step in which nobody waited any more: who asks in the next must find that a round can begin.
            self._rounds = {task for task in self._rounds if task is not asyncio.current_task()}

    async def _answer(self, leaving: dict[Q, asyncio.Future[A]]) -> None:
        try:
            answers = await self._ask(list(leaving))
        except asyncio.CancelledError:
            for promise in leaving.values():
                promise.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            for promise in leaving.values():
                promise.set_exception(error)
                promise.exception()  # nobody may be waiting any more
        else:
            for question, promise in leaving.items():
                promise.set_result(answers[question])
