"""Tools: how long one call takes, how many an hour there can be, and which process that keeps busy."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from tests.bench.bus import Ear, Mouth, ear, event, mouth, paced, say_all
from tests.bench.figures import Bar, Findings, spread
from tests.bench.ground import Ground
from tests.bench.marks import mark
from tests.bench.record import latencies

SAMPLES, APPS, CALLS = 200, 100, 6_000
IN_MESSAGE = 39
#: As many are under way at once: more would wait for longer than a call may take.
AT_ONCE, CHUNK = 1_000, 100
PATIENCE = 60.0
HOURLY = (Bar("per_hour", 1_000_000, at_least=True),)
Tool = tuple[str, dict[str, Any]]
GROUPS = ("tools", "files", "preview")
PAGE = {
    "index.html": '<!doctype html><div id="root"></div><script type="module" src="/src/main.ts"></script>',
    "src/main.ts": "document.body.append(String(import.meta.url));\n",
}


@dataclass(frozen=True)
class Stage:
    """Workers at work, whoever asks them, and whoever hears what came of it."""

    voice: Mouth
    listener: Ear
    pids: dict[str, int]

    def cost(self) -> dict[str, float]:
        """Return the seconds that each process, with its children, has used a core, and all of the machine."""
        used = {name: _seconds(pid) for name, pid in self.pids.items()}
        times = psutil.cpu_times()
        return {**used, "all": times.user + times.system}


def tools(ground: Ground, findings: Findings) -> None:
    """One call at a time; then calls of many apps as fast as they are taken."""
    with _at_work(ground) as stage:
        _one_by_one(ground, findings, stage)
        for mix in (_reading, _writing, _working):
            _flood(ground, findings, stage, mix)


def _one_by_one(ground: Ground, findings: Findings, stage: Stage) -> None:
    def say(n: int) -> None:
        name, arguments = _writing(n)
        stage.voice.say(_called("tool-0", f"calm-{n}", 0, name, arguments | {"file_path": f"src/{mark()}.ts"}))

    count = ground.few(SAMPLES)
    paced(count, 10, say)
    values = spread(latencies(stage.listener.wait(count)), most=True)
    findings.add("os-write called → completed, its preview compiled, 10/s", "ms", values)


def _flood(ground: Ground, findings: Findings, stage: Stage, mix: Callable[[int], Tool]) -> None:
    """Call as fast as calls end, in messages of many apps, and see how long until the last has."""
    count, what = ground.few(CALLS), (mix.__doc__ or "").rstrip(".")
    calls = [
        _called(f"tool-{n // IN_MESSAGE % APPS}", f"{mix.__name__}-{n // IN_MESSAGE}", n % IN_MESSAGE, *mix(n))
        for n in range(count)
    ]
    before, began = stage.cost(), time.monotonic()
    for sent in range(0, count, CHUNK):
        _until_few(stage.listener, sent - AT_ONCE)
        say_all(stage.voice, calls[sent : sent + CHUNK])
    stage.listener.wait(count)
    seconds, after = time.monotonic() - began, stage.cost()
    busy = {f"{name}_cores": (after[name] - before[name]) / seconds for name in before}
    values = {"per_second": count / seconds, "per_hour": count / seconds * 3_600, **busy}
    findings.add(f"{what}: {count} calls of {APPS} apps", "", values, *HOURLY)


def _until_few(listener: Ear, ended: int) -> None:
    """Wait until so many have ended."""
    deadline = time.monotonic() + PATIENCE
    while len(listener.pairs) < ended:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(listener.pairs)} calls have ended, and {ended} should have")
        time.sleep(0.002)


def _reading(_n: int) -> Tool:
    """os-read."""
    return "os-read", {"file_path": "src/main.ts"}


def _writing(n: int) -> Tool:
    """os-write."""
    return "os-write", {"file_path": f"src/{n % 200}.ts", "content": f"export const n = {n};\n"}


def _working(n: int) -> Tool:
    """os-write, os-line-replace and os-read of a file."""
    path = {"file_path": f"src/mixed-{n // 3}.ts"}
    if n % 3 == 0:
        return "os-write", {**path, "content": f"export const n = {n};\n"}
    return (
        ("os-line-replace", {**path, "search": f"= {n - 1};", "replace": "= 0;"}) if n % 3 == 1 else ("os-read", path)
    )


def _called(app_id: str, message_id: str, index: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    tool = {"name": name, "arguments": arguments}
    return event("tool-called", app_id, {"message_id": message_id, "tool_index": index, "tool": tool})


def _seconds(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(one.cpu_times().user + one.cpu_times().system for one in family))


@contextmanager
def _at_work(ground: Ground) -> Iterator[Stage]:
    """Run the workers that a tool takes, with apps that have a page each."""
    with ExitStack() as stack:
        url = ground.rabbit.url
        workers = {name: stack.enter_context(ground.running("actors.worker", "--group", name)) for name in GROUPS}
        pids = {name: worker.process.pid for name, worker in workers.items()}
        stack.enter_context(ground.running("actors.relay"))
        for name, service in (("postgres", ground.postgres), ("rabbitmq", ground.rabbit)):
            assert service.process is not None
            pids[name] = service.process.pid
        voice = stack.enter_context(mouth(url))
        files = [{"path": path, "content": text} for path, text in PAGE.items()]
        with ear(url, "preview-ready") as ready:
            say_all(voice, (event("file-written", f"tool-{n}", {"files": files}) for n in range(APPS)))
            ready.wait(APPS)
        yield Stage(voice, stack.enter_context(ear(url, "tool-completed")), pids)
