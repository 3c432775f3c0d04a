"""The live preview: what it shows now, what it refused, what the page said back."""

from typing import ClassVar, Literal

from contracts.event import Event, Model


class PreviewReady(Event):
    """An app can be looked at for the first time."""

    kind: ClassVar = "preview-ready"
    url: str
    revision: str
    files: tuple[str, ...]
    seconds: float


class UpdateTimes(Model):
    """Where the milliseconds of an update went."""

    compile: float
    css: float
    total: float


class PreviewUpdated(Event):
    """Open pages have been sent what changed."""

    kind: ClassVar = "preview-updated"
    revision: str
    modules: tuple[str, ...]
    css: bool
    reload: bool
    milliseconds: UpdateTimes


class PreviewFailed(Event):
    """The new files do not compile; the page keeps what it had and says why."""

    kind: ClassVar = "preview-failed"
    revision: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    message: str
    frame: str | None = None


class PreviewAcknowledged(Event):
    """A page has applied the revision: somebody sees it."""

    kind: ClassVar = "preview-acknowledged"
    revision: str


class PreviewErrored(Event):
    """A page reported an uncaught error. Whatever it says comes from the customer's code."""

    kind: ClassVar = "preview-errored"
    revision: str
    file: str | None = None
    line: int | None = None
    message: str
    stack: str | None = None
    count: int
    trusted: Literal[False] = False
