"""file-stored | file-rejected | preview-… | schema-… | deploy-… → tool-completed | tool-failed | ….

Ends the calls that others answer: with the answer to what a call asked for; for files, once the preview has come to
them and an open page has said that it shows them; and whatever nobody ends in time. The events are taken as a hint
to look: what counts is what the database says, so none of them is missed for good.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from actors.runtime.actor import actor
from actors.runtime.job import Announcer, Job
from actors.tools.conductor import EMITS, Conductor
from actors.tools.judgement import Shown, Validation, judge
from actors.tools.tool import Stage
from actors.tools.toolbox import Toolbox
from contracts.deploy import DeployFailed, DeploySucceeded
from contracts.event import Envelope, Event
from contracts.file import FileRejected, FileStored
from contracts.preview import PreviewAcknowledged, PreviewFailed, PreviewReady, PreviewUpdated
from contracts.schema import SchemaApplied, SchemaRejected
from sql import tools
from sql.database import Pool, Tx, transaction
from sql.tools import Call, Key, Preview

log = structlog.get_logger()

_LOOKS = (PreviewReady, PreviewUpdated, PreviewFailed, PreviewAcknowledged)
_ANSWERS = (FileStored, FileRejected, SchemaApplied, SchemaRejected, DeploySucceeded, DeployFailed)
#: So long an open page may take to say that it shows a revision.
_PAGE_SECONDS = 2
#: What waits for the preview is looked at again so soon, should no event have told of it.
_PAUSE = 1
_SWEPT = 100


class Round(Job):
    """A look at what there is: it finds the same however often it is taken, so that no event is signed in for it."""

    def enter(self, _tx: Tx) -> Callable[[], None]:
        """Let it be written whatever was written before."""
        return lambda: None


def sweep(pool: Pool, outlet: Announcer, toolbox: Toolbox) -> None:
    """Look at every call that is due, of whatever app."""
    with transaction(pool, "") as tx:
        due = tools.overdue(tx, _SWEPT)
    for app_id, key in due:
        job = Round(Envelope("", "", "", app_id, {}), finish_tool.name, EMITS, 1, pool, outlet)
        try:
            with job.settle() as tx:
                tools.hold(tx, app_id, key.message_id)
                call = tools.find(tx, app_id, key)
                if call is not None:
                    expire(Conductor(tx, job, toolbox), call)
        except Exception:  # one that cannot be ended must not keep the others from their end
            log.exception("call_not_swept", app_id=app_id)


@actor(on=(*_ANSWERS, *_LOOKS), emits=EMITS, using=Toolbox.from_settings, sweep=sweep)
def finish_tool(event: Event, job: Job, toolbox: Toolbox) -> None:
    """End what the event ends."""
    if isinstance(event, _LOOKS):
        look_at_all(job, toolbox)
    elif isinstance(event, FileStored | FileRejected) and event.tool_index is None:
        job.let_be()  # nobody called for it
    else:
        with job.settle() as tx:
            key = tools.answered(tx, job.app_id, job.envelope.causation_id or "")
            if key is not None:
                answer(Conductor(tx, job, toolbox), key, event)


def answer(conductor: Conductor, key: Key, event: Event) -> None:
    """Take the answer to what a call asked for, and let go on what had to wait for it."""
    tools.hold(conductor.tx, conductor.job.app_id, key.message_id)
    call = tools.find(conductor.tx, conductor.job.app_id, key)
    if call is None or call.state != "published":
        return
    match event:
        case FileStored():
            store(conductor, call, event)
        case FileRejected(field=field, reason=reason) | SchemaRejected(field=field, reason=reason):
            conductor.fail(call, f"{field}: {reason}" if field else reason)
        case DeployFailed(step=step, reason=reason):
            conductor.fail(call, f"{step}: {reason}")
        case _:
            conductor.step(call, Stage(answered(conductor.toolbox, call)))
            conductor.complete(call, {**call.details, **event.data()})
    conductor.go_on(key.message_id)


def answered(toolbox: Toolbox, call: Call) -> str:
    """Return the stage that a call enters with the answer to it."""
    tool = toolbox.find(call.tool)
    return tool.answered if tool else ""


def store(conductor: Conductor, call: Call, event: FileStored) -> None:
    """Go on with a file that is kept: the preview has to come to it, if it has not yet."""
    file: dict[str, Any] = {
        "operation": event.operation,
        "file_size": event.bytes,
        "lines": event.lines,
        "version": event.version,
        "unchanged": event.unchanged,
    }
    stored = replace(call, state="stored", version=event.version, details={**call.details, **file})
    conductor.step(stored, Stage(answered(conductor.toolbox, call)))
    if look(conductor, stored, tools.preview(conductor.tx, conductor.job.app_id)):
        return
    tool = conductor.toolbox.find(call.tool)
    seconds = tool.preview_seconds if tool else _PAUSE
    about: dict[str, Any] = {"version": stored.version, "details": stored.details}
    conductor.move(stored, "stored", waits_for="preview", seconds=seconds, pause=_PAUSE, **about)


def look_at_all(job: Job, toolbox: Toolbox) -> None:
    """Look at every call of the app that waits for its preview; mostly there is none, and nothing is written."""
    looking = Round(job.envelope, job.actor, job.emits, job.attempt, job.pool, job.outlet)
    with looking.settle() as tx:
        if calls := tools.looking(tx, job.app_id):
            preview = tools.preview(tx, job.app_id)
            for call in calls:
                look(Conductor(tx, looking, toolbox), call, preview)
    job.emitted = looking.emitted
    job.let_be()


def look(conductor: Conductor, call: Call, preview: Preview) -> bool:
    """Write what there is to say of a call's file; return whether there is anything."""
    verdict = judge(call, preview)
    if verdict is not None and call.state == "stored":
        conductor.step(call, Stage("validating"))
    match verdict:
        case Validation():
            url = conductor.toolbox.preview_url(conductor.job.app_id)
            conductor.complete(call, {**call.details, "preview_url": url, "validation": verdict.data()})
        case Shown(revision):
            about: dict[str, Any] = {"version": call.version, "revision": revision, "details": call.details}
            conductor.move(call, "shown", waits_for="page", seconds=_PAGE_SECONDS, **about)
    return verdict is not None


def expire(conductor: Conductor, call: Call) -> None:
    """Look at what is due, and end it if its time is over."""
    if call.state in {"stored", "shown"}:
        if not look(conductor, call, tools.preview(conductor.tx, conductor.job.app_id)):
            tools.look_later(conductor.tx, conductor.job.app_id, call, _PAUSE)
    elif call.state in {"waiting", "running", "published"} and call.over:
        conductor.fail(call, _OVER[call.state])
        conductor.go_on(call.key.message_id)


_OVER = {
    "waiting": "its turn did not come in time",
    "running": "it took longer than it may",
    "published": "what it asked for was not answered in time",
}
