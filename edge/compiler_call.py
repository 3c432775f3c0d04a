"""One request to the compiler: how a child reads it, and how its answer is read."""

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, cast


@dataclass(eq=False)
class Call:
    """One request and whoever waits for its answer; `subject` is the file that is named if it kills the child.

    Calls of one `app` take turns with those of others; `pin` is the only child that may be given it.
    """

    operation: str
    subject: str
    request: Mapping[str, object]
    seconds: float
    app: str = ""
    pin: int | None = None
    answer: Future[dict[str, Any]] = field(default_factory=Future)

    @cached_property
    def text(self) -> bytes:
        """Return the request as a child reads it."""
        text = json.dumps({"op": self.operation, **self.request}, ensure_ascii=False)
        # Node ends a line at these, too.
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return text.encode("utf-8", "replace")

    @cached_property
    def digest(self) -> bytes:
        """Return what names the same request when it comes again."""
        return sha256(self.text).digest()

    def refuse(self, message: str) -> None:
        """Answer that the file cannot be done."""
        error = {"file": self.subject, "line": 1, "column": 1, "message": message, "frame": ""}
        self.answer.set_result({"ok": False, "error": error})


def words_of(line: bytes) -> dict[str, Any]:
    """Read an answer; half a character, which JavaScript can name and nobody can store, becomes a mark."""
    words: dict[str, Any] = json.loads(line)
    return cast("dict[str, Any]", _whole(words)) if b"\\ud" in line else words


def _whole(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return {key: _whole(one) for key, one in value.items()} if isinstance(value, dict) else value
