"""What a neighbour notices of apps that were written to do harm: from its published file to what its pages are told."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import pika

from contracts.topology import PREVIEWS
from tests.bench.bus import PATIENCE, Mouth, event, mouth
from tests.bench.figures import Findings, spread
from tests.bench.ground import Ground

APP_ID = "neighbour"
EDITS, WARMING, PAUSE = 60, 5, 0.1
PAGE = '<!doctype html><html><head></head><body><script type="module" src="/src/main.js"></script></body></html>'
NEIGHBOUR = {
    "index.html": PAGE,
    "src/main.js": 'import { hello } from "./hello";\nimport "./main.css";\ndocument.body.textContent = hello;\n',
    "src/main.css": '@import "tailwindcss";\n',
    "src/hello.ts": 'export const hello: string = "0";\n',
}
_NESTED = f"{'{' * 20_000}{'}' * 20_000}"
_LAUGHS = "".join(f"@utility u{n} {{ @apply u{n - 1}; &:hover {{ @apply u{n - 1}; }} }} " for n in range(1, 40))
_CRASH = f"{'(' * 1_000_000}1{')' * 1_000_000}"

Files = dict[str, str]
ATTACKS: dict[str, Callable[[int], Files]] = {
    "a file that never compiles": lambda n: {"src/main.js": f"export const a{n} = 1; {_NESTED}"},
    "styles without end": lambda n: {
        "src/main.js": 'import "./a.css";',
        "src/a.css": f'@import "tailwindcss"; @utility u0 {{ color: #{n:06x} }} {_LAUGHS} .x {{ @apply u39 }}',
    },
    "a file that kills the compiler": lambda n: {"src/main.js": f"export const a{n} = {_CRASH};"},
    "1,900 files at once": lambda n: {
        "src/main.js": "".join(f'import "./f{one}";' for one in range(1_900)),
        **{f"src/f{one}.ts": f"export const f{n}: number = {one};" for one in range(1_900)},
    },
}


def hostile(ground: Ground, findings: Findings) -> None:
    """Edit a small app alone, then beside one attacker of each kind, then beside all of them."""
    with ExitStack() as stack:
        stack.enter_context(ground.running("actors.worker", "--group", "files"))
        stack.enter_context(ground.running("actors.worker", "--group", "preview"))
        voice = stack.enter_context(mouth(ground.rabbit.url))
        neighbour = stack.enter_context(_told(ground.rabbit.url))
        voice.say(_written(APP_ID, NEIGHBOUR))
        next(neighbour)
        phases: dict[str, list[str]] = {"nobody": [], **{name: [name] for name in ATTACKS}, "all of these": [*ATTACKS]}
        turns = count(1)
        for phase, attacks in phases.items():
            samples = [_edit(voice, neighbour, next(turns), attacks) for _ in range(ground.few(EDITS) + WARMING)]
            findings.add(f"an edit → pages told, beside {phase}", "ms", spread(samples[WARMING:], most=True))


def _edit(voice: Mouth, neighbour: Iterator[float], turn: int, attacks: list[str]) -> float:
    for attack in attacks:
        if turn % 10 == 0:  # each second, with something new
            attacker = f"attacker-{list(ATTACKS).index(attack)}"
            voice.say(_written(attacker, {"index.html": PAGE, **ATTACKS[attack](turn)}))
    time.sleep(PAUSE)
    began = time.perf_counter()
    text = f'export const hello: string = "{turn}"; // p-[{turn}px]\n'
    voice.say(_written(APP_ID, {"src/hello.ts": text}))
    return (next(neighbour) - began) * 1000


def _written(app_id: str, files: Files) -> dict[str, Any]:
    return event("file-written", app_id, {"files": [{"path": path, "content": text} for path, text in files.items()]})


@contextmanager
def _told(url: str) -> Iterator[Iterator[float]]:
    """Yield when the pages of the neighbour were told something."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.exchange_declare(PREVIEWS, "topic", durable=True)
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, PREVIEWS, APP_ID)
    try:
        yield _times(channel, queue)
    finally:
        connection.close()


def _times(channel: Any, queue: str) -> Iterator[float]:
    for method, _properties, _body in channel.consume(queue, auto_ack=True, inactivity_timeout=PATIENCE):
        if method is None:
            raise TimeoutError("the neighbour was told nothing")
        yield time.perf_counter()
