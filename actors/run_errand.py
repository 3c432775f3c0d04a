"""tool-started → file-written | schema-changed | deploy-requested | tool-completed | tool-failed.

Runs a tool that reaches out of the fleet, under a claim, telling each stage as it comes. A call that has been stopped
or given up meanwhile stays so: what came of running it is not used.
"""

from dataclasses import dataclass
from functools import partial

from actors.runtime.actor import actor
from actors.runtime.effect import Effect
from actors.runtime.job import Job
from actors.tools.conductor import EMITS, Conductor, Failed, cause, progress, worked
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Done, Later, Stage
from actors.tools.toolbox import Toolbox
from contracts.errors import Snooze
from contracts.tool import ToolStarted
from sql import tools
from sql.database import Tx, is_away, transaction
from sql.tools import Call, Key

#: A worker that crashed has its errand taken over so soon.
_CLAIM_SECONDS = 4
_TRIES = 3


@actor(on=ToolStarted, emits=EMITS, using=Toolbox.from_settings, time_limit=600)
def run_errand(event: ToolStarted, job: Job, toolbox: Toolbox) -> None:
    """Run the tool, if the call is still wanted."""
    effect = job.claimed(_CLAIM_SECONDS)
    key = Key(event.message_id, event.iteration, event.tool_index)
    with effect.attempt():
        with transaction(job.pool, job.app_id) as tx:
            call = tools.run(tx, job.app_id, key, event.attempt + job.attempt - 1)
        outcome = Errand(job, toolbox, effect, call).run() if call else Failed("")
        with job.settle() as tx:
            tools.hold(tx, job.app_id, key.message_id)
            now = tools.find(tx, job.app_id, key)
            if call is None or now is None or (now.state, now.attempt) != ("running", call.attempt):
                return
            conductor = Conductor(tx, job, toolbox)
            conductor.conclude(now, toolbox.tools[now.tool], outcome)
            conductor.go_on(key.message_id)


class Stopped(Exception):
    """Nobody wants to know any more how the call ends."""


@dataclass(frozen=True)
class Errand:
    """One attempt at a call."""

    job: Job
    toolbox: Toolbox
    effect: Effect
    call: Call

    def run(self) -> Done | Asked | Failed:
        """Run it; raise what another attempt may mend."""
        tool = self.toolbox.find(self.call.tool)
        if tool is None:
            return Failed(f"{self.call.tool} is not there any more")
        try:
            with self.effect.held():
                return worked(self.call, tool, self._hands(), self._tell)
        except Stopped:
            return Failed("")  # which nobody will hear
        except Later as later:
            if later.after is not None and later.after <= tool.seconds and not self.call.over:
                raise Snooze(later.after) from later
            if self.job.attempt < _TRIES:
                raise
            return Failed(str(later))
        except Exception as error:
            if is_away(error) or self.job.attempt < _TRIES:
                raise
            return Failed(f"{tool.name} broke {self.job.attempt} times, last with {type(error).__name__}")

    def _hands(self) -> Hands:
        key = self.call.key
        within = partial(transaction, self.job.pool, self.job.app_id)
        about = self.job.app_id, key.message_id, key.tool_index, self.effect.key, self.toolbox.outside
        return Hands(*about, transaction=within, once=self.effect.once)

    def _tell(self, stage: Stage) -> None:
        def wanted(tx: Tx) -> bool:
            return tools.at_work(tx, self.job.app_id, self.call)

        if not self.job.progress(progress(self.toolbox, self.call, stage), cause=cause(self.call), only_if=wanted):
            raise Stopped
