"""npm in a place where it can do nothing: nobody's, empty, without our environment, and with limits on all it takes."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from edge import compiler_node
from edge.packages.folders import HERE, measure, user

#: A file may have so many blocks of 512 bytes; no core is left behind.
_ULIMITS = 'ulimit -c 0; ulimit -f "$0"; exec "$@"'
_WATCH_SECONDS = 0.2
#: So much of what was fetched is kept for the next; a running npm may go beyond, but not to twice as much.
CACHE_MEGABYTES = 1_024


class Exceeded(Exception):
    """A limit was reached; the text says which."""


class Ended(Exception):
    """npm ended without a word."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the packages of one app may take."""

    seconds: float = 120
    packages: int = 1_500
    files: int = 60_000
    megabytes: int = 600
    file_megabytes: int = 100


class Conversation:
    """Requests and answers, a line each, with the one process."""

    def __init__(
        self, process: "subprocess.Popen[str]", folders: tuple[Path, Path], limits: Limits, stopping: threading.Event
    ) -> None:
        self._process, self._limits, self._stopping = process, limits, stopping
        self._root, self._cache = folders
        self._input, self._output = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        self._exceeded: str | None = None
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="packages-watch", daemon=True)
        self._watch.start()

    def ask(self, words: str) -> Any:
        """Send a line and return the answer to it."""
        with suppress(BrokenPipeError):
            self._input.write(words + "\n")
            self._input.flush()
        line = self._output.readline()
        if self._exceeded:
            raise Exceeded(self._exceeded)
        if not line:
            raise Ended
        return json.loads(line)

    def end(self) -> None:
        """End it, and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._over.set()
        self._watch.join()
        with suppress(BrokenPipeError):
            self._input.close()
        self._output.close()

    def _look_after(self) -> None:
        until, pause = time.monotonic() + self._limits.seconds, _WATCH_SECONDS
        while not self._over.wait(pause):
            began = time.monotonic()
            self._exceeded = "the worker stops" if self._stopping.is_set() else self._excess(began > until)
            if self._exceeded:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                return
            pause = max(_WATCH_SECONDS, 5 * (time.monotonic() - began))

    def _excess(self, late: bool) -> str | None:
        if late:
            return f"they were not there within {self._limits.seconds:g} s"
        files, size = measure(self._root)
        if files > self._limits.files:
            return f"they have more than {self._limits.files} files"
        if size > self._limits.megabytes * 2**20:
            return f"they are larger than {self._limits.megabytes} MiB"
        if measure(self._cache)[1] > 2 * CACHE_MEGABYTES * 2**20:
            return "what they are packed in is too large"
        return None


@contextmanager
def npm(
    root: Path, cache: Path, certificates: Path | None, limits: Limits, stopping: threading.Event
) -> Iterator[Conversation]:
    """Run npm's tree builder in a folder that it may fill; it sees itself, the folder and the cache."""
    node = compiler_node.node().resolve()  # links are what it would not be let through
    home = node.parents[1] / "lib/node_modules/npm"
    seen = [HERE, home, root, cache, *((certificates,) if certificates else ())]
    confined = ["--permission", *(f"--allow-fs-read={path}" for path in seen)]
    confined += [f"--allow-fs-write={path}" for path in (root, cache)]
    environment = {"PATH": os.defpath, "HOME": str(root)}
    if certificates is not None:
        environment["NODE_EXTRA_CA_CERTS"] = str(certificates)
    shell = ["/bin/sh", "-c", _ULIMITS, str(limits.file_megabytes * 2048)]
    as_nobody = user()
    process = subprocess.Popen(  # noqa: S603 - our own program, with our own arguments
        [*shell, str(node), "--max-old-space-size=1024", *confined, str(HERE / "install.js"), str(home)],
        cwd=root,
        env=environment,
        user=as_nobody,
        group=as_nobody,
        extra_groups=None if as_nobody is None else [],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    conversation = Conversation(process, (root, cache), limits, stopping)
    try:
        yield conversation
    finally:
        conversation.end()
