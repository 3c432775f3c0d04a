"""Folders for processes that are nobody's: made, handed over, measured and removed."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge import compiler_node

HERE = Path(__file__).resolve().parent
_NOBODY = 65_534
_PREFIX = "fleet-packages-"
_LOCK = "lock"


def measure(folder: Path) -> tuple[int, int]:
    """Count files and bytes of a folder that may be changing."""
    files, size = 0, 0
    waiting = [str(folder)]
    while waiting:
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                files += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(FileNotFoundError):
                        size += entry.stat(follow_symlinks=False).st_size
    return files, size


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make a folder that nobody's processes can pass through, and nobody else's can list."""
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder,
        (Path(folder) / _LOCK).open("w") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(folder).chmod(0o711)
        yield Path(folder).resolve()


def sweep() -> None:
    """Remove what those have left who were killed: their locks went with them."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError), lock.open() as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent)


def give(folder: Path) -> Path:
    """Make a folder for the processes that run here."""
    folder.mkdir()
    if user() is not None:
        shutil.chown(folder, _NOBODY, _NOBODY)
    return folder


def user() -> int | None:
    """Return whom npm runs as: nobody, where we may say so and nobody can reach our Node."""
    if os.geteuid() != 0:
        return None
    paths = [compiler_node.node(), HERE / "install.js"]
    open_to_all = all(
        parent.stat().st_mode & stat.S_IXOTH for path in paths for parent in path.resolve().parents
    ) and all(path.stat().st_mode & stat.S_IROTH for path in paths)
    return _NOBODY if open_to_all else None
