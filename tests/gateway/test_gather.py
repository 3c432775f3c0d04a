"""Questions that travel together."""

import asyncio

import pytest

from gateway.gather import Gather
from tests.patience import PATIENCE


class Oracle:
    """Answers with the question, and remembers who came with whom; the first round waits for a word."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.left, self.word = asyncio.Event(), asyncio.Event()

    async def ask(self, questions: list[int]) -> dict[int, int]:
        self.rounds.append(questions)
        self.left.set()
        if len(self.rounds) == 1:
            await self.word.wait()
        if 13 in questions:
            raise ValueError("not thirteen")
        return {question: len(self.rounds) for question in questions}


def test_questions_of_one_moment_are_one_journey_and_the_same_is_asked_once() -> None:
    async def scene() -> None:
        oracle = Oracle()
        oracle.word.set()
        gather: Gather[int, int] = Gather(oracle.ask, most=10, at_once=1)
        assert list(await asyncio.gather(gather(1), gather(2), gather(1))) == [1, 1, 1]
        assert oracle.rounds == [[1, 2]]

    asyncio.run(scene())


def test_an_answer_under_way_is_not_shared_for_it_may_be_too_old() -> None:
    async def scene() -> None:
        oracle = Oracle()
        gather: Gather[int, int] = Gather(oracle.ask, most=10, at_once=1)
        early = asyncio.create_task(gather(1))
        await oracle.left.wait()
        late = asyncio.create_task(gather(1))
        await asyncio.sleep(0)
        oracle.word.set()
        assert (await early, await late) == (1, 2)

    asyncio.run(scene())


def test_a_round_has_room_for_so_many_and_the_rest_follows() -> None:
    async def scene() -> None:
        oracle = Oracle()
        oracle.word.set()
        gather: Gather[int, int] = Gather(oracle.ask, most=2, at_once=1)
        await asyncio.gather(*map(gather, range(5)))
        assert oracle.rounds == [[0, 1], [2, 3], [4]]

    asyncio.run(scene())


def test_a_failure_belongs_to_those_who_asked_and_to_nobody_after_them() -> None:
    async def scene() -> None:
        oracle = Oracle()
        oracle.word.set()
        gather: Gather[int, int] = Gather(oracle.ask, most=10, at_once=1)
        with pytest.raises(ValueError, match="thirteen"):
            await gather(13)
        assert await gather(1) == 2

    asyncio.run(scene())


def test_who_leaves_early_takes_nobody_along() -> None:
    async def scene() -> None:
        oracle = Oracle()
        gather: Gather[int, int] = Gather(oracle.ask, most=10, at_once=1)
        leaver, stayer = asyncio.create_task(gather(1)), asyncio.create_task(gather(1))
        await oracle.left.wait()
        leaver.cancel()
        oracle.word.set()
        assert await stayer == 1

    asyncio.run(scene())


def test_closing_leaves_nobody_waiting() -> None:
    async def scene() -> None:
        oracle = Oracle()
        gather: Gather[int, int] = Gather(oracle.ask, most=1, at_once=1)
        waiting = [asyncio.create_task(gather(question)) for question in range(3)]
        await oracle.left.wait()
        await gather.close()
        assert all(
            isinstance(left, asyncio.CancelledError) for left in await asyncio.gather(*waiting, return_exceptions=True)
        )

    asyncio.run(scene())


def test_who_asks_while_the_last_round_ends_is_answered_too() -> None:
    late: list[asyncio.Task[str]] = []

    async def answer(questions: list[str]) -> dict[str, str]:
        if "first" in questions:
            late.append(asyncio.create_task(gather("late")))
        return {question: question.upper() for question in questions}

    gather = Gather(answer, most=10, at_once=1)

    async def scene() -> None:
        assert await gather("first") == "FIRST"
        assert await asyncio.wait_for(late[0], PATIENCE) == "LATE"
        await gather.close()

    asyncio.run(scene())
