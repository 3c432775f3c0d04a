"""`make chaos`: random faults under mixed load, and a model that knows what everybody must have seen.

The same seed makes the same schedule; what the machine does in between is its own.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pika

from actors.store_file import store_file
from contracts.topology import dead_queue
from tests.faults.conftest import provided
from tests.faults.follower import Crowd, Follower
from tests.faults.ground import Ground
from tests.faults.load import Writer
from tests.faults.scene import Scene
from tests.patience import until

APPS = 8
FOLLOWERS = 4
PACE = 0.15
_HEALED_WITHIN = 60


def say(words: str) -> None:
    """Tell whoever runs it, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def play(scene: Scene, random: Random, seconds: float) -> None:
    """Let things happen, one after the other, and say what."""
    faults = scene.faults()
    began, pause = time.monotonic(), threading.Event()
    while (now := time.monotonic() - began) < seconds:
        ((name, happen, _weight),) = random.choices(faults, [weight for *_, weight in faults])
        say(f"{now:6.1f} s  {name}")
        happen()
        pause.wait(random.uniform(0.2, 3))


@contextmanager
def written(writers: Sequence[Writer]) -> Iterator[None]:
    """Let everybody write meanwhile; what one of them could not get accepted is raised."""
    enough = threading.Event()
    with ThreadPoolExecutor(len(writers)) as threads:
        writing = [threads.submit(writer.write, enough, PACE) for writer in writers]
        try:
            yield
        finally:
            enough.set()
        for one in writing:
            one.result()


@contextmanager
def followed(followers: Sequence[Follower]) -> Iterator[None]:
    """Let everybody follow meanwhile, on a loop of its own."""
    enough, listening = asyncio.Event(), asyncio.new_event_loop()

    async def follow() -> None:
        async with Crowd(followers):
            await enough.wait()

    thread = threading.Thread(target=listening.run_until_complete, args=(follow(),))
    thread.start()
    try:
        yield
    finally:
        listening.call_soon_threadsafe(enough.set)
        thread.join()
        listening.close()


def check_app(ground: Ground, writer: Writer) -> int:
    """Compare an app with what its writer was promised, and return its head."""
    story = ground.story(writer.app_id)
    told = Counter((story_id, kind) for _seq, kind, story_id in story)
    assert told == Counter(writer.verdicts.items()), f"{writer.app_id}: not exactly one verdict for each event"
    assert [seq for seq, *_ in story] == list(range(1, len(story) + 1)), f"{writer.app_id}: a gap"
    assert ground.files(writer.app_id) == writer.files, f"{writer.app_id}: other files than were written last"
    return len(story)


def check_dead_letters(ground: Ground, writers: Sequence[Writer]) -> None:
    """See that all nonsense, and nothing else, lies with the dead letters; one that a kill has doubled is one."""
    connection = pika.BlockingConnection(pika.URLParameters(ground.rabbit.url))
    channel = connection.channel()
    found = set()
    while (letter := channel.basic_get(dead_queue(store_file.name), auto_ack=True))[0] is not None:
        found.add(letter[2])
    connection.close()
    assert found == {body for writer in writers for body in writer.junk}, "other dead letters than there was nonsense"


def run(ground: Ground, seed: str, seconds: float) -> None:
    """Play, heal, and compare."""
    random = Random(seed)
    scene = Scene(ground, random)
    writers = [Writer(f"app-{n}", f"{seed}.{n}", ground.rabbit.url, scene.addresses) for n in range(APPS)]
    followers = [Follower(one.app_id, *scene.addresses[:: (-1) ** n]) for one in writers for n in range(FOLLOWERS)]
    with followed(followers):
        with written(writers):
            play(scene, random, seconds)
        scene.is_ready()
        wanted = sum(len(writer.verdicts) for writer in writers)
        count = "select count(*) from fleet.progress"
        until(lambda: ground.ask(count)[0][0] >= wanted, "a verdict on everything", _HEALED_WITHIN)
        heads = {writer.app_id: check_app(ground, writer) for writer in writers}
        until(lambda: all(one.last >= heads[one.app_id] for one in followers), "everybody at the head")
    assert [one.flaws + one.resets for one in followers if one.flaws or one.resets] == []
    check_dead_letters(ground, writers)
    ground.whole()
    ways = sum((writer.ways for writer in writers), Counter[str]())
    streams = sum(one.connections for one in followers)
    say(json.dumps({"seed": seed, "steps": sum(heads.values()), "streams opened": streams, **ways}, indent=2))


def main(arguments: Sequence[str]) -> int:
    """Make services, play on them, and leave the logs only where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--seconds", type=float, default=120)
    asked = parser.parse_args(arguments)
    say(f"seed {asked.seed}: again with `make chaos ARGS='--seed {asked.seed} --seconds {asked.seconds:g}'`")
    home = Path(tempfile.mkdtemp(prefix="chaos-"))
    say(f"logs in {home}")
    with provided(home) as ground:
        try:
            run(ground, asked.seed, asked.seconds)
        finally:
            for process in ground.processes:
                process.started.kill()
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
