"""What pages say back: that they show a revision, and what went wrong in them. None of it is to be believed."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4, uuid5

from pydantic import Field, StringConstraints, ValidationError

from contracts.cloudevents import parse_json
from contracts.errors import BadEvent
from contracts.event import Envelope, Event, Model
from contracts.preview import PreviewAcknowledged, PreviewErrored
from gateway import sse
from gateway.history import PostgresHistory
from gateway.preview.passes import Passes
from gateway.preview.throttle import Throttle
from gateway.preview.told import Teller
from gateway.preview.watched import Watched
from gateway.problem import Problem, unprocessable
from sql import pages
from sql.database import enter

#: A page's report is no longer than this.
LONGEST = 4_096
_SOURCE = "overskill/preview"
_ACKNOWLEDGED = UUID("1d6f1a52-0b61-5e0c-9e0f-3b8a2f5f7d10")


class Acknowledgement(Model):
    """Which revision is shown."""

    rev: str
    nonce: str


class Report(Acknowledgement):
    """What went wrong."""

    message: Annotated[str, StringConstraints(min_length=1)]
    file: str | None = None
    line: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    stack: str | None = None


M = TypeVar("M", bound=Acknowledgement)


class Reports:
    """Turns them into facts of the app."""

    def __init__(self, history: PostgresHistory, passes: Passes, teller: Teller, watched: Watched) -> None:
        self._history, self._passes, self._teller, self._watched = history, passes, teller, watched
        self._throttle = Throttle()

    async def acknowledged(self, app_id: str, body: bytes) -> None:
        """Tell of the first page that shows a revision."""
        said = self._read(Acknowledgement, app_id, body)
        await self._history.known()
        number = sse.parse_cursor(said.rev, self._history.epoch)
        if number is None or number < 1:
            return  # another history's; the page will be told to load anew
        async with self._history.connection() as tx:
            async with tx.transaction():
                await enter(tx, app_id)
                first = await pages.acknowledge(tx, app_id, number)
                cause = await pages.cause(tx, app_id, number, said.rev) if first else None
                if cause is None:
                    return
                fact = PreviewAcknowledged(revision=said.rev)
                event_id = str(uuid5(_ACKNOWLEDGED, f"{app_id}\n{said.rev}"))
                told = await self._teller.write(tx, _envelope(app_id, fact, event_id, cause))
            self._teller.announce(told)
            self._watched.shown(app_id, number)

    async def errored(self, app_id: str, body: bytes) -> None:
        """Tell of an error: once, and again when it has come ten times as often."""
        said = self._read(Report, app_id, body)
        if not self._throttle.admits(app_id):
            raise Problem(429, "this app's pages report too much", headers={"Retry-After": "6"})
        await self._history.known()
        number = sse.parse_cursor(said.rev, self._history.epoch)
        count = self._throttle.count((app_id, said.rev, said.message, said.file, said.line))
        if number is None or number < 1 or count is None:
            return
        fact = PreviewErrored(count=count, revision=said.rev, **said.model_dump(exclude={"rev", "nonce"}))
        async with self._history.connection() as tx:
            async with tx.transaction():
                await enter(tx, app_id)
                cause = await pages.cause(tx, app_id, number, said.rev)
                if cause is None:
                    return
                told = await self._teller.write(tx, _envelope(app_id, fact, str(uuid4()), cause))
            self._teller.announce(told)

    def _read(self, model: type[M], app_id: str, body: bytes) -> M:
        try:
            said = model.model_validate(parse_json(body))
        except ValidationError as error:
            field = ".".join(map(str, error.errors()[0]["loc"]))
            raise Problem(422, f"{field or 'body'}: {error.errors()[0]['msg']}") from None
        except BadEvent as error:
            raise unprocessable(error) from None
        if not self._passes.is_nonce(said.nonce, app_id):
            raise Problem(403, "the nonce is not that of this app's pages")
        return said


def _envelope(app_id: str, fact: Event, event_id: str, cause: pages.Cause) -> Envelope:
    """Make the fact a part of the story whose revision it is about."""
    return Envelope(
        event_id=event_id,
        source=_SOURCE,
        kind=fact.kind,
        app_id=app_id,
        data=fact.data(),
        time=datetime.now(UTC).isoformat(timespec="milliseconds"),
        story_id=cause.story_id or event_id,
        causation_id=cause.event_id,
        message_id=cause.message_id,
    )
