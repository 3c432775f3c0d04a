"""Finds the workerd that `npm ci` has put beside us."""

import platform
import subprocess
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


def version(workerd: Path) -> str | None:
    """Return what it calls itself, or nothing where it cannot run: it is made for glibc."""
    try:
        said = subprocess.run([workerd, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - ours
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()
