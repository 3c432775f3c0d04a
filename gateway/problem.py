"""Errors as `application/problem+json`: what went wrong, and which fields."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from contracts.errors import BadEvent, Flaw

MEDIA_TYPE = "application/problem+json"
#: What went wrong is over soon, and its address may be another app's, too.
_NO_STORE = {"Cache-Control": "no-store"}


class Problem(Exception):
    """The request cannot be served, for this reason."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Iterable[Flaw] = (),
        headers: Mapping[str, str] | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.reason = status, detail, reason
        self.errors = tuple(errors)
        self.headers = {**_NO_STORE, **(headers or {})}

    def body(self) -> bytes:
        """Return the problem as JSON."""
        title = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Error"
        found: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        if self.reason:
            found["reason"] = self.reason
        if self.errors:
            found["errors"] = [{"field": flaw.field, "reason": flaw.reason} for flaw in self.errors]
        return json.dumps(found, ensure_ascii=False).encode()


def unauthorized(detail: str) -> Problem:
    """Return a 401: who you are is not known."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="fleet", error="invalid_token"'})


def unprocessable(error: BadEvent, prefix: str = "") -> Problem:
    """Return a 422 that names each wrong field."""
    flaws = [Flaw(f"{prefix}{flaw.field}", flaw.reason) for flaw in error.flaws]
    return Problem(422, "; ".join(map(str, flaws)), errors=flaws)


def try_later(detail: str, seconds: int = 1) -> Problem:
    """Return a 503: nothing was accepted, and soon it may work."""
    return Problem(503, detail, headers={"Retry-After": str(seconds)})
