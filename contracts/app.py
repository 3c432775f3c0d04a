"""Applications: how one is named, and the fact that one was created."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from contracts.event import Event, Word

_APP_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_PREFIXES = ("preview-", "staging-", "pr-", "xn--")

#: Names that a zone keeps for itself.
RESERVED = frozenset(
    {
        "www",
        "api",
        "app",
        "apps",
        "admin",
        "gateway",
        "console",
        "assets",
        "static",
        "mail",
        "smtp",
        "imap",
        "ftp",
        "cdn",
        "edge",
        "dispatch",
        "preview",
        "staging",
        "production",
        "status",
        "docs",
        "help",
        "support",
        "blog",
        "auth",
        "login",
        "account",
        "billing",
        "dashboard",
        "internal",
        "localhost",
    }
)


def app_id_flaw(app_id: str) -> str | None:
    """Say why a name cannot be an app's, or nothing."""
    if not _APP_ID.fullmatch(app_id):
        return "must be 1 to 40 of a-z, 0-9 and -, beginning and ending with a letter or digit"
    if "--" in app_id:
        return "must not contain --"
    if prefix := next((prefix for prefix in _PREFIXES if app_id.startswith(prefix)), None):
        return f"must not begin with {prefix}"
    if app_id in RESERVED:
        return "is a reserved name"
    return None


def _checked(app_id: str) -> str:
    if flaw := app_id_flaw(app_id):
        raise ValueError(flaw)
    return app_id


AppId = Annotated[str, AfterValidator(_checked)]


class AppCreated(Event):
    """Someone began an application."""

    kind: ClassVar = "app-created"
    name: Word | None = None
    template: Word | None = None
    owner: Word | None = None
    tier: Literal["shared", "pro", "dedicated"] | None = None
    strategy: dict[str, str] | Word | None = None
