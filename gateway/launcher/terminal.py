"""The terminal that the launcher was started in, watched for its end.

Closing a terminal sends SIGHUP to the session's leader alone, commonly a shell, which passes it on. `make` started
right in a terminal (`tmux new make up`, `ssh -t host make up`) is the leader itself, and keeps the signal to itself.
"""

import asyncio
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def watched(descriptor: int, gone: Callable[[], None]) -> Iterator[None]:
    """Call once when the terminal is closed; whatever is no terminal, or where nothing can tell, is left alone."""
    if not os.isatty(descriptor) or not hasattr(select, "epoll"):
        yield
        return
    loop = asyncio.get_running_loop()
    with select.epoll() as ends:
        # Asked for nothing, it still tells of the end; and what is typed stays unread.
        ends.register(descriptor, 0)

        def end() -> None:
            loop.remove_reader(ends.fileno())
            gone()

        loop.add_reader(ends.fileno(), end)
        try:
            yield
        finally:
            loop.remove_reader(ends.fileno())
