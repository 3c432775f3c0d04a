"""One deployment in one turn: what it is about, what is written down of its way, and how long things are waited for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from actors.deploys.desk import Desk
from actors.runtime.lane import Turn
from contracts.cloudevents import envelope, parse_json
from contracts.event import Envelope
from contracts.progress import Progress
from edge.targets.target import GOOD, Finding, Target
from sql import deployments
from sql.database import Tx, transaction
from sql.deployments import Deployment

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
#: An app that has answered wrongly so often will do so again.
_WRONG = 3
#: How far a deployment is with each step, for those who watch.
_PROGRESS = {"build": 10, "publish": 50, "verify": 70, "flip": 90}


class Overtaken(Exception):
    """Something newer was asked for before visitors saw anything of this."""


class Failed(Exception):
    """It will not be shown, for this reason."""


@dataclass
class Journey:
    """Each step may be taken again by whoever takes over."""

    turn: Turn
    desk: Desk
    deployment: Deployment
    step: str = "publish"

    @property
    def app_id(self) -> str:
        """Return whose deployment it is."""
        return self.turn.app_id

    @property
    def environment(self) -> str:
        """Return where it is to be shown."""
        return self.turn.part

    @property
    def place(self) -> Target:
        """Return where that is."""
        return self.desk.place(self.deployment.target)

    @cached_property
    def cause(self) -> Envelope:
        """Return the event that asked for it."""
        return envelope(parse_json(self.deployment.cause.encode()))

    @contextmanager
    def look(self) -> Iterator[Tx]:
        """Read what the database knows."""
        with transaction(self.turn.pool, self.app_id) as tx:
            yield tx

    def enter(self, step: str, message: str) -> None:
        """Write down, for whoever takes over and for those who watch, what is done now."""
        self.step = step
        about = {"environment": self.environment, "deployment_id": self.deployment.deployment_id}
        with self.turn.meanwhile() as tx:
            self.must_be_wanted(tx)
            deployments.step(tx, self.app_id, self.deployment.deployment_id, step)
            told = Progress(stage=step, message=message, progress=_PROGRESS[step], details=about)
            self.turn.progress(told, cause=self.cause)

    def must_be_wanted(self, tx: Tx) -> None:
        """Give way where something newer was asked for; to go back is always wanted."""
        if self.deployment.kind == "deploy" and deployments.newer(tx, self.app_id, self.environment, self.deployment.n):
            raise Overtaken

    def until_good(self, find: Callable[[], Finding], seconds: float, *, patient: bool = False) -> None:
        """Look again and again until what is seen is good, and fail with what was seen last.

        Who is patient does not believe what is wrong either, and does not give way.
        """
        deadline, pause, wrong = time.monotonic() + seconds, _FIRST_PAUSE, 0
        while (finding := find()) != GOOD:
            wrong += finding.verdict == "wrong" and not patient
            if wrong >= _WRONG or time.monotonic() + pause > deadline:
                raise Failed(finding.words)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            if not patient:
                with self.look() as tx:
                    self.must_be_wanted(tx)
