"""What was touched in a folder, milliseconds after it was."""

from collections.abc import AsyncGenerator
from pathlib import Path

from watchfiles import awatch

from gateway.cli.console import Trouble
from gateway.cli.folder import Folder

#: Milliseconds: an editor's burst of writes is one change, and nobody waits for more than that.
_STEP, _DEBOUNCE, _WAKE = 5, 50, 500


async def touched(folder: Folder) -> AsyncGenerator[set[Path], None]:
    """Yield what changes; at first the whole folder, for what changed before anyone watched."""
    found = awatch(
        folder.root,
        watch_filter=lambda _change, path: not folder.passes_by(Path(path)),
        debounce=_DEBOUNCE,
        step=_STEP,
        rust_timeout=_WAKE,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    watched = False
    try:
        async for changes in found:
            if not watched:
                yield {folder.root}
            elif changes:
                yield {Path(path) for _change, path in changes}
            watched = True
    except OSError as error:
        raise Trouble(f"the folder cannot be watched: {error}; raise fs.inotify.max_user_watches?") from None
