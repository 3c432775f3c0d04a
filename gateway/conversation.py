"""A chat message's tools as one picture, made of the steps that were said of them. Pure.

A step is taken into the picture that there is: whoever fetched it whole takes what the stream says from there on, and
has the same as whoever followed from the beginning. `gateway/demo/conversation.js` does this in a browser.

A step says which call it is about by `iteration` (0 where it says none) and `tool_index`. Steps of a later attempt
supersede those of the ones before; late words of an earlier attempt, or of one that has ended, change nothing.
"""

from collections.abc import Iterable
from typing import Any

from contracts.tool import ToolCompleted, ToolFailed

Json = dict[str, Any]

_WHOLE = 100
_BEGUN = {"status": "executing", "progress": 0, "started_at": None, "ended_at": None}
_ENDED = {ToolCompleted.kind: "completed", ToolFailed.kind: "failed"}
#: What an ending may bring beside its status.
_OUTCOME = ("details", "reason", "nearest")


def empty(message_id: str) -> Json:
    """Return the picture of a message of which nothing was said yet."""
    return {"message_id": message_id, "seq": 0, **_BEGUN, "conversation_flow": []}


def whole(message_id: str, steps: Iterable[Json]) -> Json:
    """Return what these steps make of a message."""
    picture = empty(message_id)
    for step in steps:
        take(picture, step)
    return picture


def take(picture: Json, step: Json) -> bool:
    """Take one step into the picture; return whether it changed anything."""
    if step["seq"] <= picture["seq"] or step.get("message_id") != picture["message_id"]:
        return False
    picture["seq"] = step["seq"]
    if step.get("tool_index") is None or step["kind"] not in {"progress", *_ENDED}:
        return False
    group, call = _place(picture["conversation_flow"], step)
    attempt = step.get("attempt", 1)
    if attempt < call["attempt"] or (attempt == call["attempt"] and call["status"] != "executing"):
        return False
    if attempt > call["attempt"]:
        call.update(_fresh(step), attempt=attempt)
    _tell(call, step)
    _sum_up(group, group["calls"])
    _sum_up(picture, picture["conversation_flow"])
    if picture["status"] == "failed":  # what failed before the last iteration was the generator's to mend
        picture["status"] = picture["conversation_flow"][-1]["status"]
    return True


def _place(groups: list[Json], step: Json) -> tuple[Json, Json]:
    """Return the call that a step is about, and the group it stands in; a new one stands in index order."""
    index, iteration = step["tool_index"], step.get("iteration", 0)
    group = next((one for one in groups if one["iteration"] == iteration), None)
    if group is None:
        group = {"type": "grouped_tools", "iteration": iteration, **_BEGUN, "calls": []}
        groups.append(group)
        groups.sort(key=lambda one: int(one["iteration"]))
    call = next((one for one in group["calls"] if one["tool_index"] == index), None)
    if call is None:
        call = {"tool_index": index, "attempt": 0, "status": "executing"}
        group["calls"].append(call)
        group["calls"].sort(key=lambda one: int(one["tool_index"]))
    return group, call


def _fresh(step: Json) -> Json:
    """Return a call of which nothing but its beginning is known."""
    about = {"tool": None, **_BEGUN, "started_at": step.get("at"), "stage": None, "message": "", "stages": []}
    return {**about, **dict.fromkeys(_OUTCOME)}


def _tell(call: Json, step: Json) -> None:
    """Write down what a step says of its call."""
    call["tool"] = step.get("tool") or step.get("tool_name") or call["tool"]
    if status := _ENDED.get(step["kind"]):
        call.update({name: step.get(name) for name in _OUTCOME}, status=status, ended_at=step.get("at"))
        call["progress"] = _WHOLE if status == "completed" else call["progress"]
    elif step.get("stage") == "failed":  # an actor gave it up, and knows of no better word
        call.update(status="failed", ended_at=step.get("at"), reason=step.get("message", ""))
    else:
        call.update(stage=step.get("stage"), message=step.get("message", ""), details=step.get("details"))
        call["progress"] = max(call["progress"], step.get("progress", 0))
        if not call["stages"] or call["stages"][-1]["stage"] != call["stage"]:
            call["stages"].append({"stage": call["stage"], "progress": call["progress"], "at": step.get("at")})


def _sum_up(total: Json, parts: list[Json]) -> None:
    """Say of a whole what follows from its parts: what has ended counts in full, also where it failed."""
    states = {part["status"] for part in parts}
    done = sum(part["progress"] if part["status"] == "executing" else _WHOLE for part in parts)
    total["progress"] = done // len(parts)
    total["status"] = "executing" if "executing" in states else "failed" if "failed" in states else "completed"
    total["started_at"] = min((part["started_at"] for part in parts if part["started_at"]), default=None)
    ends = [part["ended_at"] for part in parts]
    total["ended_at"] = max(ends) if all(ends) else None
