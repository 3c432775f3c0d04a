"""What a call's file has come to: whether it compiles, and whether somebody sees it. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from edge.drawing import YET_TO_BEGIN
from sql.tools import Call, Preview

NO_PAGE = "no page open"
_NOT_DRAWN = "the preview has not come to it yet"
_NOT_SHOWN = "no open page has shown it yet"
_PARTS = ("file", "line", "column", "message", "frame")


@dataclass(frozen=True)
class Shown:
    """It is drawn, and a page is open that has yet to say that it shows it."""

    revision: int


@dataclass(frozen=True)
class Validation:
    """The end of looking."""

    compiled: bool | None
    applied: bool = False
    note: str | None = None
    errors: tuple[dict[str, Any], ...] = ()

    def data(self) -> dict[str, Any]:
        """Return it as JSON values."""
        note = {"note": self.note} if self.note else {}
        return {"compiled": self.compiled, "applied": self.applied, **note, "errors": list(self.errors)}


def judge(call: Call, preview: Preview) -> Shown | Validation | None:
    """Say what there is to say; nothing while it is not known."""
    if call.state == "shown":
        if preview.seen is not None and preview.seen >= (call.revision or 0):
            return Validation(compiled=True, applied=True)
        return Validation(compiled=True, note=_NOT_SHOWN) if call.over else None
    if preview.version < (call.version or 0):
        return Validation(compiled=None, note=_NOT_DRAWN) if call.over else None
    if preview.status == "failed":
        return _broken(json.loads(preview.failure or "{}"))
    if preview.seen is None:
        return Validation(compiled=True, note=NO_PAGE)
    if preview.seen >= preview.revision:
        return Validation(compiled=True, applied=True)
    return Shown(preview.revision)


def _broken(problem: dict[str, Any]) -> Validation:
    """Say what is wrong; an app that has yet to begin is not."""
    message = problem.get("message")
    if any(message == one.message for one in YET_TO_BEGIN):
        return Validation(compiled=None, note=message)
    return Validation(compiled=False, errors=({part: problem.get(part) for part in _PARTS},))
