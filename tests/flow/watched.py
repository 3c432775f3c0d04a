"""A folder that `fleet watch` keeps published while a test edits it."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.launcher.running import Fleet
from tests.patience import PATIENCE


@contextmanager
def watching(fleet: Fleet, folder: Path, app_id: str) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Watch a folder, and return what waits for an answer of a kind."""
    command = fleet.command("watch", str(folder), "--app", app_id, "--json")
    watch = subprocess.Popen(command, env=fleet.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    giving_up = threading.Timer(PATIENCE, watch.kill)
    giving_up.start()
    said: list[str] = []

    def until(kind: str) -> dict[str, Any]:
        assert watch.stdout is not None
        for line in watch.stdout:
            said.append(line)
            fact: dict[str, Any] = json.loads(line)
            if fact["kind"] == kind:
                return fact
        raise AssertionError(f"never said {kind}, but: {said} {watch.communicate()}")

    try:
        yield until
    finally:
        giving_up.cancel()
        watch.send_signal(signal.SIGINT)
        try:
            watch.communicate(timeout=PATIENCE)
        finally:
            watch.kill()
