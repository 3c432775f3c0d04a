"""A fact in one line, for people."""

import json
from typing import Any

from contracts.release import short
from gateway.cli.console import tidy
from gateway.cli.follow import Fact

#: Said by the line's own columns, or of no use to a reader.
_ABOUT = frozenset(
    {"kind", "app_id", "seq", "event_id", "story_id", "cause_id", "message_id", "tool_index", "attempt", "at"}
)
_FAILED = ("-failed", "-rejected", "-superseded")
_DONE = {"delete": "deleted", "rename": "renamed", "restore": "restored"}
_MOST = 100


def line(fact: Fact) -> str:
    """Return the time, the kind and what the fact says."""
    clock = str(fact.get("at", ""))[11:23]
    return tidy(f"{clock:<12}  {fact['kind']:<20} {summary(fact)}").rstrip()


def summary(fact: Fact) -> str:
    """Return what a fact says beyond its kind."""
    match fact:
        case {"kind": "file-stored", "version": version}:
            paths = fact.get("paths") or [fact.get("path") or "the whole app"]
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            done = _DONE.get(str(fact.get("operation")), f"{fact.get('bytes', 0)} bytes")
            unchanged = ", unchanged" if fact.get("unchanged") else ""
            return f"{paths[0]}{more}  version {version}, {done}{unchanged}"
        case {"kind": "file-rejected", "reason": reason}:
            return f"{fact.get('path') or ''}  {fact.get('field')}: {reason}".strip()
        case {"kind": "progress", "progress": progress}:
            return f"{progress:>3} %  {fact.get('stage')}  {fact.get('message', '')}".rstrip()
        case {"kind": "tool-completed", "tool": tool, "details": dict(details)}:
            return f"{tool}  {_outcome(details)}"
        case {"kind": "tool-failed", "tool": tool, "reason": reason}:
            nearest = f"  nearest: {', '.join(fact['nearest'])}" if fact.get("nearest") else ""
            return f"{tool}  {reason}{nearest}"
        case {"kind": "build-succeeded", "release_id": release_id, "sizes": dict(sizes)}:
            size = f"{sizes.get('gzip', 0) / 1000:.1f} kB packed"
            return (
                f"release {short(str(release_id))}  {size}, {fact.get('seconds')} s, {len(fact['warnings'])} warnings"
            )
        case {"kind": "build-failed", "message": message}:
            place = ":".join(str(fact[name]) for name in ("file", "line") if fact.get(name))
            return f"{fact.get('step')}  {place}  {message}"
        case {"kind": "reset"}:
            return "history is gone up to here: fetch the state anew"
    return "  ".join(f"{name}={_short(value)}" for name, value in fact.items() if name not in _ABOUT)


def is_bad_news(fact: Fact) -> bool:
    """Tell whether a fact means that something did not work."""
    return str(fact["kind"]).endswith(_FAILED) or (fact["kind"] == "progress" and fact.get("stage") == "failed")


def is_tool(fact: Fact) -> bool:
    """Tell whether a fact is a step of a tool."""
    return fact.get("tool_index") is not None and fact["kind"] in {"progress", "tool-completed", "tool-failed"}


def _outcome(details: Fact) -> str:
    """Return what a tool did it to, and what the preview finds wrong with that."""
    about = details.get("file_path") or details.get("table_name") or _short(details)
    flaws = (details.get("validation") or {}).get("errors") or ()
    return "  ".join([str(about), *(f"{flaw.get('file')}:{flaw.get('line')} {flaw.get('message')}" for flaw in flaws)])


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
