"""A worker that deploys, and dies by its own hand at the n-th point of its way: `python -m tests.faults.deployer`.

Reads `app point` line by line and answers how the worker ended that it has forked for each. Points lie behind every
commit, before and behind every step at the place, and within an upload.
"""

import os
import signal
import sys
import threading
from functools import partial
from typing import Any

from actors.deploys.desk import Desk
from actors.run_deploy import run_deploy
from actors.runtime.lane import Lane
from contracts.release import Manifest
from contracts.settings import Settings
from edge.targets.local import LocalTarget
from edge.targets.places import Places
from edge.targets.target import Content, Finding, Pointer
from sql.database import open_pool, role_url


class Fate:
    """Counts points, and strikes at one of them."""

    def __init__(self, point: int) -> None:
        self._left = point
        self._lock = threading.Lock()

    def pass_by(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalOutlet:
    """Publishes nothing: the relay would."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def hand_over(self, *_: Any) -> None:
        self._fate.pass_by()

    def push(self, *_: Any) -> None:
        """Push nothing."""


class MortalTarget(LocalTarget):
    """The local edge, reached by somebody who may die at any moment."""

    def __init__(self, settings: Settings, fate: Fate) -> None:
        super().__init__(settings)
        self._fate = fate

    def publish(self, manifest: Manifest, content: Content) -> None:
        def hand(sha256: str) -> bytes:
            self._fate.pass_by()
            return content(sha256)

        self._fate.pass_by()
        super().publish(manifest, hand)
        self._fate.pass_by()

    def check(self, environment: str, manifest: Manifest) -> Finding:
        self._fate.pass_by()
        return super().check(environment, manifest)

    def point(self, environment: str, app_id: str, pointer: Pointer) -> int:
        self._fate.pass_by()
        held = super().point(environment, app_id, pointer)
        self._fate.pass_by()
        return held

    def shown(self, environment: str, app_id: str, releases: frozenset[str]) -> Finding:
        self._fate.pass_by()
        return super().shown(environment, app_id, releases)


def serve(app_id: str, point: int) -> None:
    """Do what is wanted for an app, as far as fate allows."""
    settings, fate = Settings(), Fate(point)
    assert settings.database_url is not None
    desk = Desk(settings, Places(settings, {"local": lambda _settings: MortalTarget(settings, fate)}))
    assert run_deploy.turn is not None
    work = partial(_with, run_deploy.turn, desk)
    url = role_url(settings.database_url.get_secret_value(), "fleet_worker")
    with open_pool(url, size=2, name="mortal") as pool:
        Lane(run_deploy.name, run_deploy.emits, work, pool, MortalOutlet(fate)).serve(app_id, "run_deploy/production")


def _with(turn: Any, desk: Desk, given: Any) -> None:
    turn(given, desk)


def main() -> None:
    for line in sys.stdin:
        app_id, point = line.split()
        child = os.fork()
        if child == 0:
            serve(app_id, int(point))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
