"""One step of a story, for whoever watches."""

from typing import Any, ClassVar

from pydantic import Field

from contracts.event import Event


class Progress(Event):
    """Something is under way: how far, and in what words."""

    kind: ClassVar = "progress"
    stage: str
    message: str = ""
    progress: int = Field(ge=0, le=100)
    message_id: str | None = None
    iteration: int | None = None
    tool_index: int | None = None
    tool_name: str | None = None
    attempt: int = 1
    details: dict[str, Any] | None = None
