"""file-stored → preview-ready | preview-updated | preview-failed.

Brings an app's preview up to its newest version: compiles what no app has had before, follows the imports from the
entry, and writes down, as one more revision, what open pages have to be told. Bursts are one turn of the lane.
"""

import json
from dataclasses import asdict

from actors.runtime.actor import lane
from actors.runtime.lane import Turn
from actors.runtime.telemetry import Metrics, seconds_since
from contracts.errors import Snooze
from contracts.file import FileStored
from contracts.preview import PreviewFailed, PreviewReady, PreviewUpdated, UpdateTimes
from contracts.progress import Progress
from contracts.settings import Settings
from contracts.topology import PREVIEWS
from edge import revision
from edge.drawing import YET_TO_BEGIN, Drawing
from edge.memory import Memory
from edge.workshop import Workshop
from sql import previews
from sql.database import Tx, transaction
from sql.previews import Asked, Estranged, Shown, Step
from sql.shelf import PostgresShelf

#: More than this is not put into a page piece by piece: it loads itself anew.
_MOST_INLINE = 500_000
#: Apps; what is known of one is mostly names and hashes, some 100 kB for a large one.
_REMEMBERED = 500
#: How far a turn is when it comes to the packages of the app.
_PROGRESS = {"installing": 30, "bundling": 50}


class Studio:
    """A workshop, and what is shown of the apps that were drawn last: the next turn reads only what has changed."""

    def __init__(self, settings: Settings) -> None:
        self.workshop = Workshop.from_settings(settings)
        self.remembered: Memory[str, Shown] = Memory(_REMEMBERED)

    def look(self, tx: Tx, app_id: str) -> Asked:
        """Ask for the rest."""
        return previews.ask(tx, app_id, self.remembered.get(app_id))

    def seen(self, turn: Turn) -> Shown:
        """Return what is shown, and the app as it is."""
        asked: Asked = turn.seen
        try:
            shown = asked.shown()
        except Estranged:
            with transaction(turn.pool, turn.app_id) as tx:
                shown = previews.ask(tx, turn.app_id).shown()
        if shown is None:
            raise LookupError(f"nobody created the app {turn.app_id}")
        return shown

    def measure(self, metrics: Metrics) -> None:
        """Let the compiler's times and ends be seen."""
        self.workshop.observe(
            lambda operation, seconds: metrics.compile_seconds.labels(operation).observe(seconds),
            lambda _reason: metrics.compiler_restarts.inc(),
        )

    def close(self) -> None:
        """End the compiler."""
        self.workshop.close()


@lane(on=FileStored, emits=(PreviewReady, PreviewUpdated, PreviewFailed), using=Studio, look=Studio.look)
def refresh_preview(turn: Turn, studio: Studio) -> None:
    """Draw the app as it is now, and tell what is different."""
    shown, workshop = studio.seen(turn), studio.workshop
    shelf = PostgresShelf(turn.pool, turn.app_id, shown.fresh, shown.styles.values())
    drawing = draw(turn, workshop, shown, shelf)
    step = decide(shown, drawing, round(seconds_since(turn.envelope.time) or 0, 3))
    body = json.loads(step.body) if step else {}
    code, contents = shelf.code(revision.keys(body)), shelf.texts(revision.texts(body))
    number = shown.revision + (step is not None)
    name = f"{shown.epoch}.{number}"
    with turn.settle() as tx:
        shelf.keep(tx)
        if step is None:
            previews.caught_up(tx, turn.app_id, shown)
        else:
            record(tx, turn, step, number)
        # That an app has yet to begin is said once, and not at every file, unless somebody who called a tool waits.
        if step is not None or drawing.problem not in YET_TO_BEGIN or "tool_index" in turn.envelope.data:
            turn.emit(fact(workshop.url(turn.app_id), drawing, step, name))
        if step is not None:
            headers = {"seq": number, "kind": step.kind, "since": turn.envelope.time or ""}
            turn.push(PREVIEWS, revision.told(step.kind, body, name, code, contents), headers)
    workshop.remember(shelf.new, turn.app_id, drawing)
    studio.remembered.put(turn.app_id, shown.after(step, number))


def draw(turn: Turn, workshop: Workshop, shown: Shown, shelf: PostgresShelf) -> Drawing:
    """Draw, and tell of the packages; where they are waited for, keep what has been compiled until then."""

    def tell(stage: str, message: str) -> None:
        turn.progress(Progress(stage=stage, message=message, progress=_PROGRESS[stage]))

    try:
        drawing = workshop.draw(turn.app_id, shown.files, shelf, tell)
    except Snooze:
        with transaction(turn.pool, turn.app_id) as tx:
            shelf.keep(tx)
        workshop.remember(shelf.new)
        raise
    spent = drawing.milliseconds
    turn.waited = (spent["total"] - spent["compile"] - spent["css"]) / 1000 if spent else 0.0  # for its packages
    return drawing


def record(tx: Tx, turn: Turn, step: Step, number: int) -> None:
    """Write the next revision as a part of the story that led to it: a page that shows it goes on with that."""
    cause = turn.envelope
    story_id = cause.story_id or cause.event_id
    previews.record(tx, turn.app_id, step, number, story_id=story_id, message_id=cause.message_id)


def decide(shown: Shown, drawing: Drawing, seconds: float) -> Step | None:
    """Say what the next revision is, or nothing where a page would see no difference."""
    if drawing.problem is not None:
        failure = json.dumps(asdict(drawing.problem))
        if failure == shown.failure:
            return None
        return Step(
            kind="failed", body=failure, version=shown.app_version, status="failed", page=shown.page, failure=failure
        )
    modules = {one: made for one, made in drawing.modules.items() if shown.modules.get(one) != made}
    removed = sorted(shown.modules.keys() - drawing.modules.keys())
    restyled = {one: text for one, text in drawing.styles.items() if shown.styles.get(one) != text}
    page = json.dumps(drawing.page)
    differs = bool(modules or removed or restyled)
    if not (differs or page != shown.page or shown.failure):
        return None
    whole = page != shown.page or drawing.weight(modules, restyled) > _MOST_INLINE
    told = {
        "modules": [[one, json.loads(deps), key.hex()] for one, (key, deps) in modules.items()],
        "css": [[one, text.hex()] for one, text in restyled.items()],
        "removed": removed,
    }
    return Step(
        kind="reload" if whole else "update" if differs else "cleared",
        body=json.dumps(told) if differs and not whole else "{}",
        version=shown.app_version,
        status="ready",
        page=page,
        seconds=seconds if not shown.modules else None,
        modules=modules,
        removed=removed,
        styles=drawing.styles if drawing.styles != shown.styles else None,
    )


def fact(url: str, drawing: Drawing, step: Step | None, name: str) -> PreviewReady | PreviewUpdated | PreviewFailed:
    """Say in an event what became of the preview."""
    if drawing.problem is not None:
        return PreviewFailed(revision=name, **asdict(drawing.problem))
    if step is not None and step.seconds is not None:
        files = tuple(dict.fromkeys((*drawing.modules, *drawing.styles)))
        return PreviewReady(revision=name, url=url, files=files, seconds=step.seconds)
    return PreviewUpdated(
        revision=name,
        modules=tuple(step.modules) if step else (),
        css=step is not None and step.styles is not None,
        reload=step is not None and step.kind == "reload",
        milliseconds=UpdateTimes(**drawing.milliseconds),
    )
