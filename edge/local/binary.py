"""Finds the workerd that `npm ci` has put beside us."""

import platform
from pathlib import Path

_EDGE = Path(__file__).resolve().parent.parent
_PACKAGES = {
    ("Linux", "x86_64"): "workerd-linux-64",
    ("Linux", "aarch64"): "workerd-linux-arm64",
    ("Darwin", "x86_64"): "workerd-darwin-64",
    ("Darwin", "arm64"): "workerd-darwin-arm64",
}


def find() -> Path | None:
    """Return the program, or nothing where it is not installed."""
    package = _PACKAGES.get((platform.system(), platform.machine()))
    if package is None:
        return None
    found = _EDGE / "node_modules/@cloudflare" / package / "bin/workerd"
    return found if found.is_file() else None
