"""The hub against every order of things: what each listener got is exact, whatever was lost, doubled or late."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from random import Random

import pytest

from gateway.channel import Listener
from gateway.hub import Gone, Hub
from gateway.sse import FOREIGN, OLDEST, Frame
from tests.patience import PATIENCE


def frame(seq: int) -> Frame:
    return Frame(seq, "progress", None, b"%d" % seq)


@dataclass
class Log:
    """A history in memory, which takes as long as it likes to answer."""

    pause: Callable[[], float] = lambda: 0
    page: int = 100
    head: dict[str, int] = field(default_factory=dict)
    forgotten: dict[str, int] = field(default_factory=dict)
    reads: int = 0

    def commit(self, app_id: str = "demo", count: int = 1) -> int:
        self.head[app_id] = self.head.get(app_id, 0) + count
        return self.head[app_id]

    async def after(self, app_id: str, seq: int) -> list[Frame]:
        self.reads += 1
        await asyncio.sleep(self.pause())
        first = max(seq, self.forgotten.get(app_id, 0)) + 1
        page = [frame(n) for n in range(first, min(first + self.page, self.head.get(app_id, 0) + 1))]
        await asyncio.sleep(self.pause())
        return page

    async def heads(self, app_ids: Collection[str]) -> dict[str, int]:
        await asyncio.sleep(self.pause())
        found = {app_id: self.head.get(app_id, 0) for app_id in app_ids}
        await asyncio.sleep(self.pause())
        return found


class Hesitant(Log):
    """A history that has looked at its heads, but does not say them yet."""

    def __init__(self) -> None:
        super().__init__()
        self.looked, self.word = asyncio.Event(), asyncio.Event()

    async def heads(self, app_ids: Collection[str]) -> dict[str, int]:
        found = await super().heads(app_ids)
        self.looked.set()
        await self.word.wait()
        return found


class Reader:
    """A listener that remembers everything."""

    def __init__(self, most: int = 10**9) -> None:
        self.cursor, self.most = 0, most
        self.seen: list[int] = []
        self.resets: list[int] = []

    def write(self, frame: Frame) -> bool:
        self.seen.append(frame.seq)
        return len(self.seen) < self.most

    async def deliver(self, frames: list[Frame]) -> None:
        await asyncio.sleep(0)
        self.seen += [frame.seq for frame in frames]

    def reset(self, head: int) -> None:
        self.resets.append(head)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is awaited is a state of several things
            await asyncio.sleep(0.001)


def run(scene: Callable[[Log, Hub], Awaitable[None]], log: Log | None = None) -> None:
    """Play a scene with one hub, and leave nothing behind."""

    async def play() -> None:
        history = log or Log()
        hub = Hub(history, grace=0.002)
        try:
            await asyncio.wait_for(scene(history, hub), PATIENCE)
        finally:
            await hub.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(play())


def test_who_comes_without_a_cursor_starts_at_now() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=5)
        reader = Reader()
        await hub.attach("demo", reader, None)
        hub.push("demo", frame(log.commit()))
        assert reader.seen == [6]

    run(scene)


def test_history_comes_first_then_what_happens_without_a_seam() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=250)
        reader = Reader()
        attaching = asyncio.create_task(hub.attach("demo", reader, 0))
        for _ in range(20):
            await asyncio.sleep(0)
            hub.push("demo", frame(log.commit()))
        await attaching
        await until(lambda: reader.cursor == 270)
        assert reader.seen == list(range(1, 271))

    run(scene)


def test_a_message_that_overtook_another_waits_for_it() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        log.commit(count=3)
        for seq in (3, 2, 2, 1, 3):
            hub.push("demo", frame(seq))
        assert reader.seen == [1, 2, 3]
        assert log.reads == 0

    run(scene)


def test_a_lost_message_is_read_from_history_as_soon_as_the_next_one_shows_it() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        log.commit(count=2)
        hub.push("demo", frame(2))
        await until(lambda: reader.seen == [1, 2])

    run(scene)


def test_a_lost_last_message_is_found_by_the_audit_and_by_nothing_else() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        log.commit(count=250)
        await asyncio.sleep(0.02)
        assert reader.seen == []
        await hub.audit()
        await until(lambda: len(reader.seen) == 250)
        assert reader.seen == list(range(1, 251))

    run(scene)


def test_an_audit_that_was_overtaken_takes_nothing_back() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        auditing = asyncio.create_task(hub.audit())
        await asyncio.sleep(0)
        hub.push("demo", frame(log.commit()))
        await auditing
        hub.push("demo", frame(1))
        assert (reader.seen, reader.resets) == ([1], [])

    run(scene)


def test_a_history_that_stepped_back_resets_who_listens() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        log.commit(count=9)
        await hub.attach("demo", reader, None)
        log.head["demo"] = 4
        await hub.audit()
        await until(lambda: reader.resets == [4])
        hub.push("demo", frame(log.commit()))
        assert reader.seen == [5]

    run(scene)


def test_another_history_resets_everybody_before_its_first_step() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit("demo", 9)
        log.commit("other", 2)
        readers = {name: Reader() for name in ("demo", "other")}
        for name, reader in readers.items():
            await hub.attach(name, reader, None)
        log.head.update(demo=20, other=1)
        hub.rebase()
        hub.push("demo", frame(log.commit("demo")))
        await until(lambda: all(reader.resets for reader in readers.values()))
        assert readers["other"].resets == [1]
        assert readers["demo"].resets == [21]
        hub.push("demo", frame(log.commit("demo")))
        assert readers["demo"].seen == [22]

    run(scene)


def test_a_message_lost_while_an_app_is_being_opened_is_read_from_history() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        assert isinstance(log, Hesitant)
        reader = Reader()
        attaching = asyncio.create_task(hub.attach("demo", reader, None))
        await log.looked.wait()
        log.commit(count=3)
        hub.push("demo", frame(3))
        log.word.set()
        await attaching
        await until(lambda: reader.seen == [1, 2, 3])

    run(scene, Hesitant())


def test_what_came_early_from_another_history_is_not_told_in_this_one() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=5)
        reader = Reader()
        await hub.attach("demo", reader, None)
        hub.push("demo", frame(8))
        log.head["demo"] = 7
        hub.rebase()
        await until(lambda: reader.resets == [7])
        assert reader.seen == []
        hub.push("demo", frame(log.commit()))
        assert reader.seen == [8]

    run(scene)


def test_a_cursor_of_a_history_that_ends_while_it_is_looked_up_is_gone() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        assert isinstance(log, Hesitant)
        log.commit(count=5)
        attaching = asyncio.create_task(hub.attach("demo", Reader(), 3))
        await log.looked.wait()
        hub.rebase()
        log.word.set()
        with pytest.raises(Gone) as gone:
            await attaching
        assert gone.value.head == 5

    run(scene, Hesitant())


@pytest.mark.parametrize("start", [FOREIGN, 6])
def test_a_cursor_that_history_never_gave_is_gone(start: int) -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=5)
        with pytest.raises(Gone) as gone:
            await hub.attach("demo", Reader(), start)
        assert gone.value.head == 5
        assert len(hub) == 0

    run(scene)


def test_a_cursor_ahead_of_this_replica_is_served_and_nothing_comes_twice() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        early = Reader()
        await hub.attach("demo", early, None)
        log.commit(count=7)  # another replica has heard of it, this one has not
        late = Reader()
        await hub.attach("demo", late, 5)
        await until(lambda: early.cursor == 7)
        hub.push("demo", frame(6))
        assert early.seen == [1, 2, 3, 4, 5, 6, 7]
        assert late.seen == [6, 7]

    run(scene)


def test_a_cursor_behind_what_is_kept_is_gone_and_names_the_head() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=50)
        log.forgotten["demo"] = 30
        with pytest.raises(Gone) as gone:
            await hub.attach("demo", Reader(), 29)
        assert gone.value.head == 50
        reader = Reader()
        await hub.attach("demo", reader, 30)
        assert reader.seen == list(range(31, 51))

    run(scene)


@pytest.mark.parametrize(("kept", "seen"), [(0, [1, 2, 3, 4]), (3, [4]), (4, [])])
def test_the_oldest_kept_is_wherever_it_is(kept: int, seen: list[int]) -> None:
    async def scene(log: Log, hub: Hub) -> None:
        log.commit(count=4)
        log.forgotten["demo"] = kept
        reader = Reader()
        await hub.attach("demo", reader, OLDEST)
        hub.push("demo", frame(log.commit()))
        assert reader.seen == [*seen, 5]

    run(scene)


def test_retention_that_ate_a_hole_resets_instead_of_lying() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        log.commit(count=10)
        log.forgotten["demo"] = 8
        hub.push("demo", frame(10))
        await until(lambda: reader.resets == [10])
        assert reader.seen == []

    run(scene)


def test_a_push_of_what_was_never_committed_is_forgotten() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        channel, _source = await hub.attach("demo", reader, None)
        hub.push("demo", frame(10**15))
        await until(lambda: not channel.early)
        hub.push("demo", frame(log.commit()))
        assert reader.seen == [1]

    run(scene)


def test_more_early_messages_than_are_kept_still_all_arrive() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        reader = Reader()
        await hub.attach("demo", reader, None)
        log.commit(count=3_000)
        for seq in range(2, 3_001):
            hub.push("demo", frame(seq))
        await until(lambda: reader.cursor == 3_000)
        assert reader.seen == list(range(1, 3_001))

    run(scene)


def test_a_reader_that_cannot_keep_up_is_let_go_and_the_others_go_on() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        slow, quick = Reader(most=2), Reader()
        channel, _source = await hub.attach("demo", slow, None)
        await hub.attach("demo", quick, None)
        for _ in range(5):
            hub.push("demo", frame(log.commit()))
        assert (slow.seen, quick.seen) == ([1, 2], [1, 2, 3, 4, 5])
        hub.detach(channel, slow)
        hub.detach(channel, quick)
        assert len(hub) == 0

    run(scene)


def test_a_quick_return_is_served_from_memory() -> None:
    async def scene(log: Log, hub: Hub) -> None:
        await hub.attach("demo", Reader(), None)
        for _ in range(5):
            hub.push("demo", frame(log.commit()))
        back = Reader()
        assert (await hub.attach("demo", back, 2))[1] == "ring"
        assert back.seen == [3, 4, 5]
        assert log.reads == 0

    run(scene)


@dataclass
class World:
    """Two replicas, one history, a bus that loses, doubles and reorders, clients that come and go."""

    seed: int
    random: Random = field(init=False)
    log: Log = field(init=False)
    hubs: list[Hub] = field(init=False)
    done: bool = False
    exact: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        pauses = lambda: self.random.choice([0, 0, 0.001, 0.004])  # noqa: E731
        self.log = Log(pauses, page=self.random.choice([2, 7, 500]))
        self.hubs = [Hub(self.log, grace=0.002) for _ in range(2)]

    def broadcast(self, app_id: str, seq: int) -> None:
        loop = asyncio.get_running_loop()
        for hub in self.hubs:
            if self.random.random() < 0.05:
                continue
            for _ in range(1 + (self.random.random() < 0.1)):
                delay = self.random.choice([0, 0, 0.001, 0.003, 0.012])
                loop.call_later(delay, hub.push, app_id, frame(seq))

    async def write(self) -> None:
        for _ in range(100):
            app_id = self.random.choice("abc")
            self.broadcast(app_id, self.log.commit(app_id))
            if self.random.random() < 0.02:
                self.log.forgotten[app_id] = max(self.log.head[app_id] - 20, self.log.forgotten.get(app_id, 0))
            await asyncio.sleep(self.random.choice([0, 0, 0, 0.001]))
        self.done = True

    async def audit(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            await asyncio.gather(*(hub.audit() for hub in self.hubs))

    async def follow(self) -> None:
        """Come, stay a while, lose the tail of what was sent, come again; what was got must have no gap."""
        app_id, cursor = self.random.choice("abc"), self.random.choice([OLDEST, None])
        await asyncio.sleep(self.random.random() * 0.02)
        while True:
            hub, reader = self.random.choice(self.hubs), Reader()
            try:
                channel, _source = await hub.attach(app_id, reader, cursor)
            except Gone as gone:
                cursor = self._gone(app_id, cursor, gone.head)
                continue
            before = reader.cursor if cursor is None and not reader.seen else cursor
            await self._stay(app_id, reader)
            hub.detach(channel, reader)
            cursor = self._check(before, reader)
            if self.done and cursor == self.log.head.get(app_id, 0):
                return

    def _gone(self, app_id: str, cursor: int | None, head: int) -> int:
        assert cursor is not None
        assert self.log.forgotten.get(app_id, 0) > cursor, "only retention may cost a cursor"
        assert cursor <= head <= self.log.head[app_id]
        return head

    async def _stay(self, app_id: str, reader: Reader) -> None:
        loop = asyncio.get_running_loop()
        leaves = loop.time() + self.random.random() * 0.03
        while loop.time() < leaves:
            await asyncio.sleep(0.001)
            if self.done and reader.cursor == self.log.head.get(app_id, 0):
                return

    def _check(self, before: int | None, reader: Reader) -> int | None:
        assert not reader.resets
        got = reader.seen
        if before is None:
            before = got[0] - 1
        elif before == OLDEST:
            before = got[0] - 1 if got else reader.cursor
        assert got == list(range(before + 1, before + 1 + len(got))), f"seed {self.seed}"
        self.exact += len(got)
        if got and self.random.random() < 0.5:
            got = got[: self.random.randrange(len(got) + 1)]
        return got[-1] if got else before

    async def play(self) -> None:
        auditing = asyncio.create_task(self.audit())
        followers = [asyncio.create_task(self.follow()) for _ in range(12)]
        try:
            await asyncio.wait_for(asyncio.gather(self.write(), *followers), PATIENCE)
        finally:
            auditing.cancel()
            await asyncio.gather(*(hub.close() for hub in self.hubs))
        assert all(len(hub) == 0 for hub in self.hubs)


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_random_schedules_are_exact(first: int) -> None:
    async def worlds() -> int:
        played = [World(seed) for seed in range(first, first + 20)]
        await asyncio.gather(*(world.play() for world in played))
        return sum(world.exact for world in played)

    assert asyncio.run(worlds()) > 1_000


def test_a_listener_is_what_the_hub_asks_for() -> None:
    listener: Listener = Reader()
    assert listener.cursor == 0
