"""An event is a bare fact; its envelope says whose it is and which story it belongs to."""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from contracts.errors import BadEvent, Flaw

SPEC = "1.0"
TYPE_PREFIX = "overskill."
FLEET_SOURCE = "overskill/"
_FACTS = UUID("6f7f4c2e-5b1f-5a0a-9a4d-0c1f6f1f5c11")
MAX_FLAWS = 20

#: A place in an order, or a version: what fits an integer in every language and database.
Count = Annotated[int, Field(ge=0, lt=2**31)]

#: A short printable word from outside: no control characters, nothing that a log or a column chokes on.
Word = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Model(BaseModel):
    """A frozen value; fields that nobody here knows are ignored, for events only gain fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Event(Model):
    """A fact in the past tense. What differs between kinds is all that a subclass says."""

    kind: ClassVar[str]

    @classmethod
    def parse(cls, data: object) -> Self:
        """Read the fact, or say which fields are wrong."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise BadEvent(*flaws(error)) from None

    def data(self) -> dict[str, Any]:
        """Return the fact as JSON values, without what was left out."""
        return self.model_dump(mode="json", exclude_none=True)


def flaws(error: ValidationError) -> list[Flaw]:
    """Turn pydantic's findings into field and reason, never quoting the value; the first of them tell enough."""
    found = error.errors(include_url=False, include_input=False)[:MAX_FLAWS]
    return [flaw for finding in found for flaw in _located(finding)]


def _located(finding: ErrorDetails) -> list[Flaw]:
    """Name the field in full; a validator that raises BadEvent says itself which of its fields is wrong."""
    cause = finding.get("ctx", {}).get("error")
    inner = cause.flaws if isinstance(cause, BadEvent) else (Flaw("", finding["msg"].removeprefix("Value error, ")),)
    place = [str(part) for part in finding["loc"]]
    return [Flaw(".".join([*place, flaw.field] if flaw.field else place) or "data", flaw.reason) for flaw in inner]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One CloudEvent, its data still a bare dictionary."""

    event_id: str
    source: str
    kind: str
    app_id: str
    data: dict[str, Any] = field(repr=False)
    time: str | None = None
    sequence: int | None = None
    story_id: str = ""
    causation_id: str | None = None
    message_id: str | None = None
    traceparent: str | None = None

    def follow_up(self, actor: str, fact: Event) -> "Envelope":
        """Wrap what an actor makes of this event; deciding the same twice is one event.

        The time is left to whoever writes it down.
        """
        data = fact.data()
        digest = json.dumps(data, sort_keys=True, separators=(",", ":"))
        name = f"{self.source}\n{self.event_id}\n{self.app_id}\n{actor}\n{fact.kind}\n{digest}"
        identity = uuid5(_FACTS, name)
        return Envelope(
            event_id=str(identity),
            source=FLEET_SOURCE + actor,
            kind=fact.kind,
            app_id=self.app_id,
            data=data,
            story_id=self.story_id or self.event_id,
            causation_id=self.event_id,
            message_id=self.message_id,
            traceparent=_child_span(self.traceparent, identity),
        )


def _child_span(traceparent: str | None, identity: UUID) -> str | None:
    """Keep the trace, name the new span after the event."""
    if traceparent is None:
        return None
    version, trace, _parent, flags = traceparent.split("-")
    return f"{version}-{trace}-{identity.hex[:16]}-{flags}"
