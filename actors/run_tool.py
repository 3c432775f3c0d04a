"""tool-called → file-written | schema-changed | deploy-requested | tool-started | tool-completed | tool-failed.

Takes a call in, in the order of delivery. What needs nothing but the app's rows is run in the same transaction; what
reaches out is handed to run_errand; what touches the same as an earlier call of its message waits for that one's end.
Nobody waits here for an answer: that is for finish_tool. A message-cancelled ends what has not been done yet.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from actors.runtime.actor import actor, say_why
from actors.runtime.job import Job
from actors.tools.conductor import EMITS, Conductor, completed
from actors.tools.tool import Stage, Tool
from actors.tools.toolbox import Toolbox
from contracts.cloudevents import encode
from contracts.errors import Flaw
from contracts.event import Envelope, Event, flaws
from contracts.tool import MessageCancelled, ToolCalled, ToolFailed
from sql import tools
from sql.tools import Admitted, Arrival, Call, Key

#: Before a call has waited so long for its turn, those in its way have ended or been given up.
_WAITING_SECONDS = 1_800


def refused(envelope: Envelope, found: tuple[Flaw, ...]) -> Event:
    """Tell the client what is wrong with a call that cannot be read, or that failed too often."""
    data, reason = envelope.data, "; ".join(map(str, found))
    if envelope.kind != ToolCalled.kind:
        return say_why(envelope, found)
    message_id, index, tool = data.get("message_id"), data.get("tool_index"), data.get("tool")
    name = tool.get("name") if isinstance(tool, dict) else None
    return ToolFailed(
        message_id=message_id if isinstance(message_id, str) else envelope.message_id or "",
        tool_index=index if isinstance(index, int) else 0,
        tool=name[:255] if isinstance(name, str) else "",
        attempt=1,
        reason=reason,
    )


@actor(on=(ToolCalled, MessageCancelled), emits=EMITS, using=Toolbox.from_settings, ordered=True, last_word=refused)
def run_tool(event: ToolCalled | MessageCancelled, job: Job, toolbox: Toolbox) -> None:
    """Take the call in, or stop its message."""
    if isinstance(event, ToolCalled):
        take_in(event, job, toolbox)
    else:
        stop(event, job, toolbox)


@dataclass(frozen=True)
class Understood:
    """What is called, or why it cannot be."""

    name: str
    tool: Tool[Any] | None = None
    touches: frozenset[str] = frozenset()
    reason: str = ""
    nearest: tuple[str, ...] = ()


def understand(event: ToolCalled, toolbox: Toolbox) -> Understood:
    """Find the tool, and read what it is called with."""
    name = event.tool.name
    tool = toolbox.find(name)
    if tool is None:
        return Understood(name, reason=f"there is no tool {name}", nearest=toolbox.nearest(name))
    try:
        arguments = tool.arguments.model_validate(event.tool.arguments)
    except ValidationError as error:
        return Understood(tool.name, reason="; ".join(map(str, flaws(error))))
    if tool.asks in toolbox.unheard:
        return Understood(tool.name, reason=f"nobody here hears {tool.asks.kind} yet, so {tool.name} cannot be done")
    return Understood(tool.name, tool, tool.touches(arguments))


def take_in(event: ToolCalled, job: Job, toolbox: Toolbox) -> None:
    """Write the call down, and let it begin if it is its turn."""
    called = understand(event, toolbox)
    key = Key(event.message_id, event.iteration or 0, event.tool_index)
    arrival = Arrival(
        key=key,
        tool=called.name,
        cause=encode(replace(job.envelope, data={}, message_id=event.message_id)),
        arguments=json.dumps(event.tool.arguments),
        touches=sorted(called.touches),
        refused=called.tool is None,
        kept=called.tool is not None and not called.tool.at_once,
        seconds=_WAITING_SECONDS,
    )
    with job.settle() as tx:
        tools.hold(tx, job.app_id, key.message_id)
        admitted = tools.admit(tx, job.app_id, arrival)
        conductor = Conductor(tx, job, toolbox)
        if admitted is None:
            answer_again(conductor, key, job)
        else:
            enter(conductor, called, arrival, admitted)


def enter(conductor: Conductor, called: Understood, arrival: Arrival, admitted: Admitted) -> None:
    """Say what becomes of a call at the door."""
    state, attempt = admitted.state, admitted.attempt
    call = Call(arrival.key, called.name, state, attempt, arrival.cause, arrival.arguments, None, None, {}, 0.0, False)
    match state:
        case "failed" if admitted.cancelled:
            conductor.fail(call, "cancelled: its message had been stopped")
        case "failed":
            conductor.fail(call, called.reason, called.nearest)
        case "waiting":
            conductor.step(call, Stage("waiting", "An earlier call is at the same"))
        case _:
            conductor.begin(call)
            conductor.go_on(call.key.message_id)


def answer_again(conductor: Conductor, key: Key, job: Job) -> None:
    """Answer a call that comes again under another event with the result it had; one under way will be answered."""
    known = tools.find(conductor.tx, job.app_id, key)
    if known is not None and known.state == "completed":
        job.emit(completed(known, known.details), replace(job.envelope, message_id=key.message_id))


def stop(event: MessageCancelled, job: Job, toolbox: Toolbox) -> None:
    """End every call of the message that has done nothing yet; what has been asked for goes its way."""
    with job.settle() as tx:
        conductor = Conductor(tx, job, toolbox)
        for call in tools.cancel(tx, job.app_id, event.message_id):
            when = "before it began" if call.state == "waiting" else "while it ran"
            conductor.fail(call, f"cancelled: its message was stopped {when}")
