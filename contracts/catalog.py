"""Every event there is, by kind: who may publish it, and what ends the story it begins."""

from typing import Any, Literal

from contracts.access import AccessSuspended
from contracts.app import AppCreated
from contracts.build import BuildFailed, BuildRequested, BuildSucceeded, BuildSuperseded
from contracts.deploy import (
    DeployFailed,
    DeployRequested,
    DeployRolledBack,
    DeploySucceeded,
    FallbackNeeded,
    RollbackRequested,
)
from contracts.environment import EnvChanged
from contracts.errors import BadEvent, Flaw
from contracts.event import Event
from contracts.file import FileRejected, FileStored, FileWritten
from contracts.preview import PreviewAcknowledged, PreviewErrored, PreviewFailed, PreviewReady, PreviewUpdated
from contracts.progress import Progress
from contracts.schema import SchemaApplied, SchemaChanged, SchemaRejected
from contracts.tool import MessageCancelled, ToolCalled, ToolCompleted, ToolFailed, ToolStarted

#: What the outside asks for, and the facts that answer it.
ASKED: dict[type[Event], tuple[type[Event], ...]] = {
    AppCreated: (Progress,),
    FileWritten: (FileStored, FileRejected),
    ToolCalled: (ToolCompleted, ToolFailed),
    MessageCancelled: (),
    BuildRequested: (BuildSucceeded, BuildFailed, BuildSuperseded),
    DeployRequested: (DeploySucceeded, DeployFailed),
    RollbackRequested: (DeployRolledBack, DeployFailed),
    SchemaChanged: (SchemaApplied, SchemaRejected),
}

#: What may be asked for, and nobody in the fleet does yet: it waits for whoever will.
UNHEARD: frozenset[type[Event]] = frozenset()

#: What the fleet itself says.
SAID: tuple[type[Event], ...] = (
    EnvChanged,
    FileStored,
    FileRejected,
    PreviewReady,
    PreviewUpdated,
    PreviewFailed,
    PreviewAcknowledged,
    PreviewErrored,
    BuildSucceeded,
    BuildFailed,
    BuildSuperseded,
    DeploySucceeded,
    DeployFailed,
    DeployRolledBack,
    FallbackNeeded,
    SchemaApplied,
    SchemaRejected,
    ToolStarted,
    ToolCompleted,
    ToolFailed,
    AccessSuspended,
    Progress,
)

KINDS: dict[str, type[Event]] = {event.kind: event for event in (*ASKED, *SAID)}


def asked_for(kind: str) -> type[Event]:
    """Return the event of a kind that may come from outside."""
    event = KINDS.get(kind)
    if event is None:
        raise BadEvent(Flaw("type", f"{kind!r} is not a kind; there are {', '.join(k.kind for k in ASKED)}"))
    if event not in ASKED:
        raise BadEvent(Flaw("type", f"{kind!r} is said by the fleet itself and cannot be published from outside"))
    return event


def endings(kind: str) -> frozenset[str]:
    """Return the kinds that answer an event of this kind."""
    return frozenset(event.kind for event in ASKED.get(KINDS[kind], ()))


def schema_mode(event: type[Event]) -> Literal["validation", "serialization"]:
    """Return whether a kind's schema says what we read or what we write."""
    return "validation" if event in ASKED else "serialization"


def schema(event: type[Event]) -> dict[str, Any]:
    """Return the JSON Schema of a kind's data."""
    return event.model_json_schema(mode=schema_mode(event))
