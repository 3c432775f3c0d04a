"""What becomes of a call, written down and told in one transaction: begun, asked about, completed, failed.

Whoever lets a call begin, or takes it out of the way of others, holds its message; so one at a time decides.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

from actors.runtime.job import Job
from actors.tools.hands import Hands
from actors.tools.tool import Asked, Course, Done, Refused, Stage, Tool
from actors.tools.toolbox import Toolbox
from contracts.cloudevents import envelope, parse_json
from contracts.deploy import DeployRequested
from contracts.errors import BadEvent
from contracts.event import Envelope, Event
from contracts.file import FileWritten
from contracts.progress import Progress
from contracts.schema import SchemaChanged
from contracts.tool import ToolCompleted, ToolFailed, ToolStarted
from sql import tools
from sql.database import Tx
from sql.tools import Call

log = structlog.get_logger()

#: What may follow from a call, whoever has it in hand.
EMITS: tuple[type[Event], ...] = (ToolStarted, ToolCompleted, ToolFailed, FileWritten, SchemaChanged, DeployRequested)
COMPLETE = "complete"


@dataclass(frozen=True)
class Failed:
    """It did not work, for this reason."""

    reason: str


@dataclass(frozen=True)
class Conductor:
    """Decides within one transaction."""

    tx: Tx
    job: Job
    toolbox: Toolbox

    def begin(self, call: Call) -> None:
        """Let a call begin: here, if it needs nothing but the app's rows, or with whoever runs errands."""
        tool = self.toolbox.find(call.tool)
        if tool is None:
            self.fail(call, f"{call.tool} is not there any more")
        elif tool.at_once:
            self._run(call, tool)
        else:
            tools.run(self.tx, self.job.app_id, call.key, call.attempt, tool.seconds)
            started = ToolStarted(**call.key._asdict(), tool=call.tool, attempt=call.attempt)
            self.job.emit(started, cause(call))

    def go_on(self, message_id: str) -> None:
        """Let every call begin whose turn it is by now."""
        while ready := tools.ready(self.tx, self.job.app_id, message_id):
            for call in ready:
                self.begin(call)

    def conclude(self, call: Call, tool: Tool[Any], outcome: Done | Asked | Failed) -> None:
        """Write what came of running it."""
        match outcome:
            case Done(details):
                self.complete(call, details)
            case Failed(reason):
                self.fail(call, reason)
            case Asked(event, details):
                asking = cause(call)
                event_id = asking.follow_up(self.job.actor, event).event_id
                self.job.emit(event, asking)
                self.move(call, "published", waits_for=event_id, details=dict(details), seconds=tool.seconds)

    def move(self, call: Call, state: tools.State, **about: Any) -> None:
        """Write what the call waits for from now on, if for anything."""
        tools.move(self.tx, self.job.app_id, call, state, **about)

    def step(self, call: Call, stage: Stage, details: Mapping[str, Any] | None = None) -> None:
        """Tell how far it is."""
        self.job.progress(progress(self.toolbox, call, stage, details), cause=cause(call))

    def complete(self, call: Call, details: Mapping[str, Any]) -> None:
        """End it well."""
        self.step(call, Stage(COMPLETE), details)
        self.job.emit(completed(call, details), cause(call))
        self.move(call, "completed", details=dict(details))
        self.toolbox.ended(call.tool, "completed", call.seconds)

    def fail(self, call: Call, reason: str, nearest: tuple[str, ...] = ()) -> None:
        """End it with a reason."""
        about = {**call.key._asdict(), "tool": call.tool, "attempt": call.attempt}
        self.job.emit(ToolFailed(**about, reason=reason, nearest=nearest or None), cause(call))
        self.move(call, "failed")
        self.toolbox.ended(call.tool, "failed", call.seconds)

    def _run(self, call: Call, tool: Tool[Any]) -> None:
        hands = Hands(
            app_id=self.job.app_id,
            message_id=call.key.message_id,
            tool_index=call.key.tool_index,
            key=cause(call).event_id,
            outside=self.toolbox.outside,
            transaction=lambda: nullcontext(self.tx),
            once=lambda _name, do: do(),
        )
        self.conclude(call, tool, attempted(call, tool, hands, lambda stage: self.step(call, stage)))


def attempted(call: Call, tool: Tool[Any], hands: Hands, tell: Callable[[Stage], None]) -> Done | Asked | Failed:
    """Run a tool that needs nothing but the app's rows; what goes wrong in it is the end of the call."""
    try:
        return worked(call, tool, hands, tell)
    except psycopg.Error:
        raise
    except Exception as error:
        log.exception("tool_broke", tool=tool.name)
        return Failed(f"{tool.name} broke: {type(error).__name__}")


def worked(call: Call, tool: Tool[Any], hands: Hands, tell: Callable[[Stage], None]) -> Done | Asked | Failed:
    """Run a tool from stage to stage; return what came of it, or why it refuses."""
    try:
        arguments = tool.arguments.model_validate(parse_json((call.arguments or "{}").encode()))
        return _followed(tool.run(arguments, hands), tell)
    except Refused as refusal:
        return Failed(str(refusal))
    except BadEvent as bad:
        return Failed(str(bad))


def _followed(course: Course, tell: Callable[[Stage], None]) -> Done | Asked:
    while True:
        try:
            stage = next(course)
        except StopIteration as end:
            outcome: Done | Asked = end.value
            return outcome
        tell(stage)


def cause(call: Call) -> Envelope:
    """Return the event that called."""
    return envelope(parse_json(call.cause.encode()))


def progress(toolbox: Toolbox, call: Call, stage: Stage, details: Mapping[str, Any] | None = None) -> Progress:
    """Return one step of a call."""
    tool = toolbox.find(call.tool)
    return Progress(
        **call.key._asdict(),
        stage=stage.name,
        message=stage.message,
        progress=100 if stage.name == COMPLETE else tool.stages.get(stage.name, 0) if tool else 0,
        tool_name=call.tool,
        attempt=call.attempt,
        details=dict(details) if details else None,
    )


def completed(call: Call, details: Mapping[str, Any]) -> ToolCompleted:
    """Return the good end of a call."""
    return ToolCompleted(**call.key._asdict(), tool=call.tool, attempt=call.attempt, details=dict(details))
